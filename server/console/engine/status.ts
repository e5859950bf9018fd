import process from 'node:process';
import { requirePermission } from '../../access/actor.ts';
import { requireSight } from '../../access/scope.ts';
import { readHistory } from '../../topology/history.ts';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import { requireServer } from '../clusters.ts';
import type { Engine } from '../engine.ts';
import { withTakeoverUrls } from '../takeover-urls.ts';
import { visibleTo } from '../visible-events.ts';
import type { EngineParts } from './parts.ts';

type StatusMethods = Pick<Engine, 'clusters' | 'cluster' | 'history' | 'session' | 'subscribe' | 'metrics' | 'health'>;

/** Looking: from memory and the store alone, so that no request waits for a server. */
export function statusMethods({ clusters, store, hub, metrics, consoleUrl }: EngineParts): StatusMethods {
  const addressed = (snapshot: ClusterSnapshot): ClusterSnapshot => withTakeoverUrls(snapshot, consoleUrl());
  return {
    clusters(actor) {
      if (actor.takeover === null) requirePermission(actor, 'view');
      return clusters
        .all()
        .filter(({ name }) => actor.takeover === null || actor.takeover.cluster === name)
        .map(({ watcher }) => addressed(watcher.snapshot()));
    },
    cluster(actor, name) {
      requireSight(actor, name);
      return addressed(clusters.get(name).watcher.snapshot());
    },
    async history(actor, query) {
      requirePermission(actor, 'view');
      const cluster = clusters.get(query.cluster);
      requireServer(cluster, query.server);
      return await readHistory(store.samples, query, cluster.configuration.poll.everySeconds);
    },
    session: ({ name, role, permissions, takeover }) => ({
      username: name,
      role,
      permissions: [...permissions],
      takeover,
    }),
    subscribe(actor, lastId, listener) {
      if (actor.takeover === null) requirePermission(actor, 'view');
      return hub.subscribe(lastId, (entry) => {
        if (visibleTo(actor, entry.event)) listener(entry);
      });
    },
    metrics: () => metrics.text(),
    health: () => ({ status: 'ok', pid: process.pid }),
  };
}

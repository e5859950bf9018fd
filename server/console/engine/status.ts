import process from 'node:process';
import { requirePermission } from '../../access/actor.ts';
import { readHistory } from '../../topology/history.ts';
import { requireServer } from '../clusters.ts';
import type { Engine } from '../engine.ts';
import type { EngineParts } from './parts.ts';

type StatusMethods = Pick<Engine, 'clusters' | 'cluster' | 'history' | 'session' | 'subscribe' | 'metrics' | 'health'>;

/** Looking: from memory and the store alone, so that no request waits for a server. */
export function statusMethods({ clusters, store, hub, metrics }: EngineParts): StatusMethods {
  return {
    clusters(actor) {
      requirePermission(actor, 'view');
      return clusters.all().map(({ watcher }) => watcher.snapshot());
    },
    cluster(actor, name) {
      requirePermission(actor, 'view');
      return clusters.get(name).watcher.snapshot();
    },
    async history(actor, query) {
      requirePermission(actor, 'view');
      const cluster = clusters.get(query.cluster);
      requireServer(cluster, query.server);
      return await readHistory(store.samples, query, cluster.configuration.poll.everySeconds);
    },
    session: ({ name, role, permissions }) => ({ username: name, role, permissions: [...permissions] }),
    subscribe(actor, lastId, listener) {
      requirePermission(actor, 'view');
      return hub.subscribe(lastId, listener);
    },
    metrics: () => metrics.text(),
    health: () => ({ status: 'ok', pid: process.pid }),
  };
}

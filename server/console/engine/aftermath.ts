import { requirePermission } from '../../access/actor.ts';
import type { ServiceRun } from '../../contract/agent.ts';
import { BatonError } from '../../contract/errors.ts';
import { alreadyRunning } from '../../operations/already-running.ts';
import type { TakeoverAgent } from '../../takeover/agent.ts';
import type { Cluster } from '../cluster.ts';
import { requireServer } from '../clusters.ts';
import type { Engine } from '../engine.ts';
import { auditing, whenSettled, type Deed } from './audited.ts';
import type { EngineParts } from './parts.ts';

type AftermathMethods = Pick<Engine, 'runHook' | 'service' | 'serviceRun' | 'keepReadOnly'>;

/** What a takeover may have left to do beside the databases: each act is in the audit before it is begun. */
export function aftermathMethods(parts: EngineParts): AftermathMethods {
  const { clusters, operations } = parts;
  const written = auditing(parts);
  const audited = async <T>(deed: Deed, act: () => Promise<T>): Promise<T> =>
    await written(deed, act, { done: 'done', failed: 'failed' });

  return {
    async runHook(actor, operationId, hook) {
      requirePermission(actor, 'operate');
      await whenSettled(parts);
      const { cluster } = await operations.get(operationId);
      const { takeovers } = clusters.get(cluster);
      return await audited({ actor, action: 'hook-run', cluster, object: hook }, () =>
        takeovers.runHook({ operationId, hook, actor: actor.name }),
      );
    },

    async service(actor, cluster, { server, name, action }) {
      requirePermission(actor, 'operate');
      const found = clusters.get(cluster);
      requireServer(found, server);
      if (action !== 'disable') refuseOnReplica(found, server, name);
      refuseBeside(operations.running(cluster));
      const agent = found.agents.clientOf(server);
      const entry = { actor, action: `service-${action}`, cluster, object: `${server}/${name}` };
      try {
        return await audited(entry, async () =>
          action === 'run' ? await enabledRun(agent, name) : await agent.service(name, action),
        );
      } finally {
        // What every page shows of it is not to wait for the next look.
        void found.agents.refresh(server);
      }
    },

    async serviceRun(actor, cluster, { server, name, id }) {
      requirePermission(actor, 'view');
      const found = clusters.get(cluster);
      requireServer(found, server);
      const run = await found.agents.clientOf(server).serviceRun(name, id);
      // Whoever follows a run sees its end everywhere.
      if (run.state !== 'running' && showsRunning(found, server, name)) await found.agents.refresh(server);
      return run;
    },

    async keepReadOnly(actor, cluster, server) {
      requirePermission(actor, 'operate');
      const found = clusters.get(cluster);
      requireServer(found, server);
      refuseBeside(operations.running(cluster));
      const readOnly = readOnlyFor(found, server);
      const agent = found.agents.clientOf(server);
      return await audited({ actor, action: 'keep-read-only', cluster, object: server }, async () => {
        await agent.persistReadOnly(readOnly);
        return { readOnly };
      });
    },
  };
}

/** What may run is enabled: a service that a takeover could not enable is put right by one request. */
async function enabledRun(agent: TakeoverAgent, name: string): Promise<ServiceRun> {
  await agent.service(name, 'enable');
  return await agent.service(name, 'run');
}

function roleOf({ watcher }: Cluster, server: string): string {
  const found = watcher.snapshot().servers.find(({ name }) => name === server);
  return found?.state === 'up' ? found.role : 'unknown';
}

function showsRunning({ watcher }: Cluster, server: string, service: string): boolean {
  const found = watcher.snapshot().servers.find(({ name }) => name === server);
  return (
    found?.agent.services.some(({ name, running, daemon }) => name === service && running && daemon !== true) ?? false
  );
}

function refuseOnReplica(cluster: Cluster, server: string, service: string): void {
  const role = roleOf(cluster, server);
  if (role === 'primary' || role === 'standalone') return;
  const why = role === 'replica' ? 'is a replica' : `has a role that is not known now (${role})`;
  throw new BatonError(
    'refused',
    `Service ${service} may only run on a primary, and ${server} ${why}.`,
    'Look at the roles again.',
    { checks: [] },
  );
}

/** What the server's own role asks for. Throws BatonError('refused') where the role is not known. */
function readOnlyFor(cluster: Cluster, server: string): boolean {
  const role = roleOf(cluster, server);
  if (role === 'primary' || role === 'standalone') return false;
  const { primary } = cluster.watcher.snapshot();
  // One that is down while another is the primary is to come back as a replica.
  if (role === 'replica' || (primary !== null && primary !== server)) return true;
  throw new BatonError('refused', `The role of ${server} is not known now.`, 'Try again when it answers.', {
    checks: [],
  });
}

function refuseBeside(running: { id: string; title: string } | null): void {
  if (running !== null) throw alreadyRunning(running);
}

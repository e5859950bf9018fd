import { requirePermission } from '../../access/actor.ts';
import type { ClusterConfiguration } from '../../contract/configuration/cluster.ts';
import { BatonError } from '../../contract/errors.ts';
import { runHook } from '../../hooks/run-hook.ts';
import type { Engine } from '../engine.ts';
import { auditing, whenSettled } from './audited.ts';
import type { EngineParts } from './parts.ts';

const KILL_MS = 20_000;

/** Of the parts of the engine what this needs. */
export interface SandboxParts extends Pick<EngineParts, 'access' | 'logger' | 'settled' | 'stopping'> {
  readonly clusters: {
    get(name: string): {
      readonly configuration: Pick<ClusterConfiguration, 'sandbox' | 'sandboxKill'> & {
        readonly servers: Readonly<Record<string, unknown>>;
      };
    };
  };
}

/** What can be done to throw-away servers alone, where the configuration of a sandbox says how. */
export function sandboxMethods(parts: SandboxParts): Pick<Engine, 'killSandbox'> {
  const audited = auditing(parts);
  return {
    async killSandbox(actor, name) {
      requirePermission(actor, 'operate');
      const { sandbox, sandboxKill: command, servers } = parts.clusters.get(name).configuration;
      if (!sandbox || command === undefined)
        throw new BatonError('refused', `${name} is no sandbox whose servers may be killed from here.`, '', {
          checks: [],
        });
      await whenSettled(parts);
      const names = Object.keys(servers);
      const deed = { actor, action: 'sandbox-kill', cluster: name, object: name };
      const killAll = async (): Promise<{ killed: string[] }> => {
        await Promise.all(names.map(async (server) => await kill([...command, server])));
        return { killed: names };
      };
      return await audited(deed, killAll, { done: 'done', failed: 'failed' });
    },
  };
}

async function kill(command: readonly string[]): Promise<void> {
  let output = '';
  const { signal } = new AbortController();
  const { ended } = runHook(command, '', { timeoutMs: KILL_MS, signal, onOutput: (text) => (output += text) });
  const end = await ended;
  if (end.kind === 'exited' && end.exitCode === 0) return;
  throw new BatonError('unavailable', `${command.join(' ')} ended as ${end.kind}: ${output.trim()}`);
}

import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../contract/errors.ts';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import { SetupError } from '../../setup/setup-error.mjs';
import type { ConsoleApi } from '../console-api/api.ts';
import { clusterName } from './layout.ts';

const everyMs = 100;
const consoleTimeoutMs = 60_000;
/** After this an earlier demo goes on as it is: its replication may have been broken on purpose. */
const settleTimeoutMs = 15_000;

/**
 * The first status with every server and its agent up and every replica replicating, or the one there is after 15 s.
 * Rejects with SetupError when no status comes within 60 s or the console ends.
 */
export async function firstStatus(api: ConsoleApi, consoleRuns: () => boolean, log: string): Promise<ClusterSnapshot> {
  const startedMs = Date.now();
  let latest: ClusterSnapshot | null = null;
  let trouble = 'nothing was heard of it';
  for (;;) {
    try {
      latest = await api.cluster(clusterName);
      if (settled(latest)) return latest;
    } catch (error) {
      trouble = messageOf(error);
    }
    if (!consoleRuns()) throw new SetupError(`The console ended. Its last words, in ${log}:\n${await lastLines(log)}`);
    const waitedMs = Date.now() - startedMs;
    if (latest !== null && waitedMs > settleTimeoutMs) return latest;
    if (waitedMs > consoleTimeoutMs) throw new SetupError(`The console gave no status: ${trouble}\nIts log is ${log}`);
    await pause(everyMs);
  }
}

function settled({ servers, primary }: ClusterSnapshot): boolean {
  return (
    primary !== null &&
    servers.every(
      ({ state, role, replication, agent }) =>
        state === 'up' &&
        agent.state === 'up' &&
        role !== 'unknown' &&
        replication.every(({ ioThread, sqlThread }) => ioThread === 'running' && sqlThread === 'running'),
    )
  );
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-12).join('\n');
}

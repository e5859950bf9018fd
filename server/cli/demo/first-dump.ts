import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import { SetupError } from '../../setup/setup-error.mjs';
import type { ConsoleApi } from '../console-api/api.ts';
import { clusterName } from './layout.ts';

const everyMs = 200;
const timeoutMs = 60_000;

/** Makes a dump where there is none yet, so that the front page has one to download; on a replica where there is one. */
export async function firstDump(api: ConsoleApi, { servers, primary }: ClusterSnapshot): Promise<void> {
  const source = servers.find(({ role, state }) => role === 'replica' && state === 'up')?.name ?? primary;
  if (source === null) throw new SetupError('no server is up that could be dumped');
  await api.takeBackup(clusterName, source);
  const deadlineMs = Date.now() + timeoutMs;
  while ((await api.dumps(clusterName)).length === 0) {
    if (Date.now() > deadlineMs) throw new SetupError(`no dump of ${source} within ${timeoutMs / 1000} s`);
    await pause(everyMs);
  }
}

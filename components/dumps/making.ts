import type { BackupRun } from '../../server/contract/agent.ts';
import type { BackupFailure, Dump } from '../../server/contract/dumps.ts';
import type { ServerDumps } from './dump-words.ts';

/** How the making of a dump stands on one server. */
export type Making =
  | { kind: 'idle' }
  | { kind: 'running'; startedAt: string; bytes: number; method: Dump['method'] }
  | { kind: 'made'; dump: Dump }
  | ({ kind: 'failed' } & BackupFailure)
  | { kind: 'unknown'; startedAt: string };

/**
 * What runs, and what became of the run that was asked for on this page. The console looks at its agents every few
 * seconds: a run is not over because the catalogue does not show it yet, only when its dump or its failure is there.
 */
export function makingOf(server: ServerDumps, dumps: readonly Dump[], asked: BackupRun | null): Making {
  if (server.running !== null) return { kind: 'running', ...server.running };
  if (asked === null) return { kind: 'idle' };
  const since = Date.parse(asked.startedAt);
  const dump = dumps.find((one) => one.server === server.server && Date.parse(one.startedAt) >= since);
  if (dump !== undefined) return { kind: 'made', dump };
  const failure = server.lastFailure;
  if (failure !== null && Date.parse(failure.at) >= since) return { kind: 'failed', ...failure };
  if (server.agent !== 'up') return { kind: 'unknown', startedAt: asked.startedAt };
  return { kind: 'running', startedAt: asked.startedAt, bytes: asked.bytes, method: asked.method };
}

/** The size of this server's newest dump of the kind: about what the one that is being made will have. Null for the first. */
export function expectedBytes(server: string, method: Dump['method'], dumps: readonly Dump[]): number | null {
  return dumps.find((dump) => dump.server === server && dump.method === method)?.bytes ?? null;
}

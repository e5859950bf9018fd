import type { BackupRequest } from '../contract/agent.ts';
import type { AgentConfiguration } from '../contract/configuration/agent.ts';
import type { DumpManifest } from '../contract/dumps.ts';
import { askLocalServer, dataDirectory, observeLocalServer } from '../mariadb/local-server.ts';
import { currentLsn, listDatabases } from '../mariadb/table-counts.ts';
import { baseOfNext } from './base-of-next.ts';
import { readCatalogue } from './catalogue.ts';
import { lastCall } from './schedule.ts';
import { dataFilesOf } from './take-physical.ts';
import { findVerdicts } from './verification.ts';

const askTimeoutMs = 5000;

/** One file to be made. `why`: a full backup where there could have been an incremental one. */
export type BackupJob =
  | { readonly kind: 'dump'; readonly database: string | null }
  | { readonly kind: 'physical'; readonly base: DumpManifest | null; readonly why: string | null };

export interface PlanParts {
  readonly server: string;
  readonly socket: string;
  readonly defaultsFile: string | undefined;
  readonly directory: string;
  readonly rules: Pick<NonNullable<AgentConfiguration['backups']>, 'method' | 'full' | 'dump'>;
  readonly now: () => Date;
}

/** What is made when nothing else is asked for. */
export function methodOf(request: BackupRequest, { method }: PlanParts['rules']): 'dump' | 'mariabackup' {
  if (request.database !== undefined || request.method === 'dump') return 'dump';
  return request.method === undefined ? (method[0] ?? 'dump') : 'mariabackup';
}

/** The files that a request makes, decided from what is there now. Rejects where the server can't be asked what it has. */
export async function planRun(parts: PlanParts, request: BackupRequest): Promise<BackupJob[]> {
  const { rules } = parts;
  if (methodOf(request, rules) === 'dump') {
    if (request.database !== undefined) return [{ kind: 'dump', database: request.database }];
    if (rules.dump.databases === 'together') return [{ kind: 'dump', database: null }];
    const databases = await askLocalServer(parts, askTimeoutMs, (asked) => listDatabases(asked, askTimeoutMs));
    return databases.map((database) => ({ kind: 'dump', database }));
  }
  if (request.method === 'mariabackup-full' || rules.full === undefined)
    return [{ kind: 'physical', base: null, why: null }];
  return [await nextPhysical(parts, rules.full)];
}

async function nextPhysical({ server, directory, now, ...place }: PlanParts, full: string): Promise<BackupJob> {
  const catalogue = await readCatalogue(directory);
  const source = await askLocalServer(place, askTimeoutMs, async (asked) => ({
    version: (await observeLocalServer(asked, askTimeoutMs)).version,
    dataFiles: await dataFilesOf(await dataDirectory(asked, askTimeoutMs)),
    lsn: await currentLsn(asked, askTimeoutMs),
  }));
  // A call that comes a little before its second is that second's.
  const fullDueAt = lastCall(full, new Date(now().getTime() + 1000));
  const verdict = await findVerdicts(directory, catalogue);
  const next = baseOfNext(catalogue, server, source, { fullDueAt, isBad: (one) => verdict(one) === false });
  return next.kind === 'full'
    ? { kind: 'physical', base: null, why: next.why }
    : { kind: 'physical', base: next.base, why: null };
}

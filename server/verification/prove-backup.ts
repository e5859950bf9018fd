import { appliedPosition } from '../mariadb/local-server.ts';
import { countTables } from '../mariadb/table-counts.ts';
import type { DumpManifest } from '../contract/dumps.ts';
import { messageOf } from '../contract/errors.ts';
import type { PrivateServer } from '../bootstrap/private-server.ts';
import { runTool } from '../bootstrap/run-tool.ts';
import { BadBackup, ofTheBackup } from './bad-backup.ts';
import { CheckOutput } from './check-output.ts';
import { differences } from './compare.ts';
import { restore, type RestoredServer, type RestoreParts } from './restore.ts';

const askTimeoutMs = 600_000;
/** What the throw-away server lacks says nothing of the backup: the server that it is of was down, or has unloaded it since. */
const unknownEngine = /unknown storage engine/i;

/** What came of restoring a backup. */
export interface Proof {
  readonly ok: boolean;
  /** What was compared, or what is wrong. */
  readonly text: string;
  readonly log: string;
}

/**
 * Restores a backup, by its `chain` (null: part of it is missing), into a server that nobody else can reach, has mariadb-check read each table, and compares its position
 * and its tables with the manifest. Rejects where that could not be done for want of something else than the backup.
 */
export async function proveBackup(
  manifest: DumpManifest,
  chain: readonly DumpManifest[] | null,
  parts: RestoreParts,
): Promise<Proof> {
  try {
    if (chain === null) throw new BadBackup('what it builds on is not there');
    const restored = await restore(chain, parts);
    try {
      return { ok: true, ...(await examine(manifest, restored, parts)) };
    } finally {
      // Its data are of no use to anybody.
      await restored.server.kill();
    }
  } catch (error) {
    if (!(error instanceof BadBackup)) throw error;
    // Which of a chain it is has to be told; which was asked for is known.
    const own = `${manifest.name}: `;
    const { message } = error;
    return { ok: false, text: message.startsWith(own) ? message.slice(own.length) : message, log: '' };
  }
}

async function examine(
  manifest: DumpManifest,
  { server, gtid }: RestoredServer,
  { signal, onStep }: RestoreParts,
): Promise<Omit<Proof, 'ok'>> {
  onStep('check');
  const { checked, log } = await ofTheBackup(manifest.name, signal, checkTables(server, signal));
  onStep('compare');
  const found = await ofTheBackup(manifest.name, signal, look(server));
  const appliedGtid = manifest.method === 'dump' ? null : found.appliedGtid;
  const differs = differences(manifest, { copyGtid: gtid, appliedGtid, tables: found.tables });
  if (differs !== null) throw new BadBackup(differs);
  const position = manifest.gtid === '' ? 'no position to compare' : `position ${manifest.gtid}`;
  const counted = manifest.tables === null ? ', their number not compared' : ', as many as when it was taken';
  return { text: `${checked} tables checked${counted}; ${position}`, log };
}

/** Has mariadb-check read all tables. Rejects with what it found, or with its own last words. */
async function checkTables(server: PrivateServer, signal: AbortSignal): Promise<{ checked: number; log: string }> {
  const output = new CheckOutput();
  const args = [`--defaults-file=${server.clientFile}`, '--protocol=socket', '--all-databases', '--check'];
  const onOutput = (chunk: Buffer): void => output.take(chunk);
  const log = await runTool('mariadb-check', args, { signal, onOutput }).catch(async (error: unknown) => {
    if (signal.aborted) throw error;
    throw new Error(`${messageOf(error)}; ${await server.lastWords()}`, { cause: error });
  });
  if (output.problem !== null && unknownEngine.test(output.problem)) throw new Error(output.problem);
  if (output.problem !== null) throw new BadBackup(output.problem);
  return { checked: output.checked, log };
}

async function look(server: PrivateServer): Promise<{ appliedGtid: string; tables: Record<string, number> }> {
  const connection = await server.connection();
  try {
    return {
      appliedGtid: await appliedPosition(connection, askTimeoutMs),
      tables: (await countTables(connection, askTimeoutMs)) ?? {},
    };
  } finally {
    connection.destroy();
  }
}

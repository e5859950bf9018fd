import type { Logger } from 'pino';
import { messageOf } from '../contract/errors.ts';
import { replaceFile } from '../files/durable-file.ts';
import { directoryBytes } from './directory-size.ts';
import { discardCopy, nothingMoved, putBack, putCopy } from './exchange.ts';
import { firstOptions, replicaOptions } from './first-options.ts';
import { startAgain, startOnCopy, stopDatabase, type LocalDatabase } from './local-database.ts';
import type { ReseedNote, ReseedRecord } from './reseed-record.ts';

export interface SwapParts {
  readonly note: ReseedNote;
  readonly logger: Logger;
  readonly database: LocalDatabase;
  /** Included by the server's options. */
  readonly persistFile: string;
}

/**
 * Stops the server, puts the copy in the place of its data, and starts it: read-only, replicating from nobody, without
 * events. Each act is safe to repeat from the first, so that a killed agent goes on from wherever it was. What fails is
 * taken back. Never rejects unless the note can't be written.
 */
export async function swap(parts: SwapParts, record: ReseedRecord): Promise<void> {
  const { note, database, persistFile, logger } = parts;
  let now = record;
  try {
    await stopDatabase(database);
    await replaceFile(persistFile, firstOptions, 0o644);
    await putCopy(now);
    now = { ...now, copyStarted: true };
    await note.write(now);
    await startOnCopy(database, now.directory);
    const keptBytes = await directoryBytes(now.keptDirectory).catch(() => null);
    await note.write({ ...now, state: 'swapped', keptBytes });
    logger.info({ kept: now.keptDirectory, keptBytes }, 'the server runs on its copy');
  } catch (error) {
    logger.error({ err: error }, 'the exchange failed and is taken back');
    now = { ...now, restoring: true, error: messageOf(error) };
    await note.write(now);
    await swapBack(parts, now);
  }
}

/** The server runs on its own data again. Never rejects unless the note can't be written. */
export async function swapBack(parts: SwapParts, record: ReseedRecord): Promise<void> {
  const { note, database, persistFile } = parts;
  const why = record.error ?? 'the exchange failed';
  try {
    // Where nothing was moved the server may not even have ended: it is left in peace.
    if (!(await nothingMoved(record))) {
      await stopDatabase(database);
      await putBack(record);
    }
    // Another server is the primary: its own data come back read-only as well.
    await replaceFile(persistFile, replicaOptions, 0o644);
    await startAgain(database);
  } catch (error) {
    const where = `Its data are in ${record.keptDirectory} or ${record.directory}, the copy is in ${record.copyDirectory}`;
    const text = `${why}; and it could not be taken back: ${messageOf(error)}. ${where}.`;
    return await note.write({ ...record, state: 'stuck', error: text });
  }
  if (!record.copyStarted) await discardCopy(record);
  const kept = record.copyStarted ? `; the copy is left in ${record.copyDirectory}` : '';
  await note.write({ ...record, state: 'failed', restoring: false, error: `${why}${kept}` });
}

import { setTimeout as delay } from 'node:timers/promises';
import { resolve } from 'node:path';
import { readDataFiles } from '../mariadb/data-files.ts';
import { askLocalServer, observeLocalServer } from '../mariadb/local-server.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { ServerControl } from '../services/server-control.ts';

const LOOK_MS = 2_000;
const PAUSE_MS = 100;

/** The database beside an agent, as an exchange of its data needs it. */
export interface LocalDatabase {
  readonly socket: string;
  readonly defaultsFile: string | undefined;
  readonly control: ServerControl;
  /** How long it may take until it answers, and until it is down. */
  readonly timeoutMs: number;
}

/** Ends the server, and proves that it is down: its files are about to be moved. Rejects with the reason. */
export async function stopDatabase(database: LocalDatabase): Promise<void> {
  await database.control.stop();
  const end = performance.now() + database.timeoutMs;
  while ((await database.control.running()) || (await answers(database))) {
    if (performance.now() > end) throw new Error('the server was told to end, and still runs');
    await delay(PAUSE_MS);
  }
}

/** Starts the server again on the data it had. Resolves when it answers, be it with a refusal. Rejects with the reason. */
export async function startAgain(database: LocalDatabase): Promise<void> {
  await started(database, async () => {
    try {
      await askLocalServer(database, LOOK_MS, () => Promise.resolve());
    } catch (error) {
      if (!(error instanceof SqlError) || error.kind !== 'access-denied') throw error;
    }
  });
}

/**
 * Starts the server on a copy. Rejects with the reason where it does not come up, runs on another data directory, does not
 * let the agent's account in, or takes writes.
 */
export async function startOnCopy(database: LocalDatabase, directory: string): Promise<void> {
  await started(database, async () => {
    await askLocalServer(database, LOOK_MS, async (connection) => {
      const { dataDirectory } = await readDataFiles(connection, LOOK_MS);
      if (resolve(dataDirectory) !== directory) throw new Error(`the server runs on ${dataDirectory}`);
      if (!(await observeLocalServer(connection, LOOK_MS)).readOnly)
        throw new Error('the server takes writes: its options do not include the agent’s persistFile');
    }).catch((error: unknown) => {
      if (!(error instanceof SqlError) || error.kind !== 'access-denied') throw error;
      const text = `the accounts of the copy do not let this agent in: ${error.message}`;
      throw new Error(`${text}; its account needs the same password on both servers`, { cause: error });
    });
  });
}

/** Starts it, and waits until `look` has succeeded; a look that fails for want of an answer is repeated. */
async function started(database: LocalDatabase, look: () => Promise<void>): Promise<void> {
  await database.control.start();
  const end = performance.now() + database.timeoutMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof SqlError) || performance.now() > end) throw error;
    }
    if (!(await database.control.running())) throw new Error('it was started and has ended: see its error log');
    await delay(PAUSE_MS);
  }
}

/** Whether anything listens on the socket: a frozen server does, and still has its files open. */
async function answers(database: LocalDatabase): Promise<boolean> {
  try {
    await askLocalServer(database, LOOK_MS, () => Promise.resolve());
    return true;
  } catch (error) {
    return !(error instanceof SqlError) || error.kind !== 'refused';
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bound } from '../backups/tool.ts';
import { longestSocketPath } from '../contract/listen-address.ts';
import { connect, type Connection } from '../mariadb/connection.ts';
import { SETUP_USER, setupAccountFile } from '../mariadb/socket-accounts.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { complaintsIn } from './error-log.ts';
import { privateArguments, type PrivatePlace } from './private-arguments.ts';

const CONNECT_MS = 5_000;
const PAUSE_MS = 50;
/** Crash recovery of a large copy may take long; a server that does not come up ends by itself. */
const START_MS = 600_000;
const STOP_MS = 600_000;

/** A mariadbd that nobody else can reach: no network, and a socket in a folder of its own. */
export class PrivateServer {
  readonly socket: string;
  /** For the command-line programs: the account that may do all. */
  readonly clientFile: string;
  readonly #folder: string;
  readonly #password: string;
  readonly #errorLog: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(folder: string, password: string, child: ChildProcess) {
    this.#folder = folder;
    this.#password = password;
    this.#child = child;
    this.socket = join(folder, 's');
    this.clientFile = join(folder, 'client.cnf');
    this.#errorLog = join(folder, 'error.err');
    this.#ended = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
  }

  /**
   * Starts it with the options of the file and resolves when it lets in. It replicates nothing and runs no events by itself.
   * loading: without a binary log, and as fast as it can. Rejects with the end of its error log.
   */
  static async start(
    place: PrivatePlace,
    { loading, signal }: { loading: boolean; signal: AbortSignal },
  ): Promise<PrivateServer> {
    const folder = await socketFolder(place.temporary);
    const password = randomBytes(18).toString('hex');
    const initFile = join(folder, 'init.sql');
    await writeFile(initFile, setupAccountFile(password), { mode: 0o600 });
    await writeFile(
      join(folder, 'client.cnf'),
      `[client]\nuser=${SETUP_USER}\npassword=${password}\nsocket=${join(folder, 's')}\n`,
      { mode: 0o600 },
    );
    if (place.runAs)
      for (const path of [folder, initFile, join(folder, 'client.cnf')])
        await chown(path, place.runAs.uid, place.runAs.gid);
    const [program, args] = bound(['mariadbd', ...privateArguments(place, folder, loading)], place.yielding === true);
    const child = spawn(program, args, {
      // Ctrl-C in a terminal is ours to handle.
      detached: true,
      stdio: 'ignore',
      ...place.runAs,
    });
    const server = new PrivateServer(folder, password, child);
    try {
      await server.#up(signal);
      return server;
    } catch (error) {
      await server.kill();
      throw error;
    }
  }

  /** A connection of the account that may do all. The caller destroys it. Rejects with SqlError. */
  async connection(): Promise<Connection> {
    return await connect(
      { host: 'localhost', port: 0, socketPath: this.socket, user: SETUP_USER, password: this.#password },
      CONNECT_MS,
    );
  }

  /** Ends it in order and waits until it is gone. Rejects where it does not end in order. */
  async stop(): Promise<void> {
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), STOP_MS);
    await this.#ended;
    clearTimeout(timer);
    const words = await this.lastWords();
    await rm(this.#folder, { recursive: true, force: true });
    if (this.#child.exitCode !== 0) throw new Error(`mariadbd did not end in order: ${words}`);
  }

  /** Ends it at once. Its data are worth nothing then. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What it complains of in its error log. */
  async lastWords(): Promise<string> {
    return await complaintsIn(this.#errorLog);
  }

  async #up(signal: AbortSignal): Promise<void> {
    const end = performance.now() + START_MS;
    for (;;) {
      signal.throwIfAborted();
      if (!this.#alive()) throw new Error(`mariadbd does not start on the copy: ${await this.lastWords()}`);
      try {
        return (await this.connection()).destroy();
      } catch (error) {
        if (!(error instanceof SqlError) || performance.now() > end) throw error;
      }
      await delay(PAUSE_MS, undefined, { signal });
    }
  }

  #alive(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#alive()) this.#child.kill(signal);
  }
}

/** mkdtemp makes it for us alone. Below the data where the path is short enough, so that nothing of it outlives a kill -9. */
async function socketFolder(temporary: string): Promise<string> {
  const above = [temporary, tmpdir()].find(
    (path) => Buffer.byteLength(join(path, 'i-XXXXXX', 's')) <= longestSocketPath,
  );
  if (above === undefined) throw new Error(`there is no place for a socket: ${tmpdir()} is too long (set TMPDIR)`);
  return await mkdtemp(join(above, 'i-'));
}

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type Connection, type Row } from '../mariadb/connection.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { SandboxAccounts } from './accounts.ts';
import { Mariadbd, type Launch } from './mariadbd.ts';
import { reservePort, type ReservedPort } from './ports.ts';
import { optionsFileText } from './server-options.ts';
import { until } from './until.ts';

/** What a sandbox server is made from; a data directory is in its folder when it starts. */
export interface ServerPlan {
  readonly name: string;
  readonly serverId: number;
  readonly folder: string;
  readonly socket: string;
  readonly port: ReservedPort;
  /** The relay before the server, where it has one: what others use as its address. */
  readonly front?: { readonly host: string; readonly port: number };
  readonly accounts: SandboxAccounts;
  readonly settings: Readonly<Record<string, string | number>>;
  /** Of a Galera node: as whom it runs, and where it finds the scripts of a state transfer. */
  readonly launch?: Launch;
}

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 60_000;
const START_TIMEOUT_MS = 60_000;

/** One real MariaDB server on 127.0.0.1, with its own folder. */
export class SandboxServer {
  readonly name: string;
  readonly host = '127.0.0.1';
  readonly serverId: number;
  readonly folder: string;
  readonly socket: string;
  readonly dataDir: string;
  /** my.cnf with [client] (the agent's account) and [mariadbd]; mode 0600. Written at each start. */
  readonly optionsFile: string;
  /** Included last by my.cnf: what the agent writes there survives a restart. */
  readonly persistFile: string;
  /** Included behind it: what only the next start is told. A Galera node has one. */
  readonly startFile: string | null;
  readonly errorLog: string;
  readonly #plan: ServerPlan;
  #port: ReservedPort;
  #process: Mariadbd | null = null;

  constructor(plan: ServerPlan) {
    this.#plan = plan;
    this.#port = plan.port;
    this.name = plan.name;
    this.serverId = plan.serverId;
    this.folder = plan.folder;
    this.socket = plan.socket;
    this.dataDir = join(plan.folder, 'data');
    this.optionsFile = join(plan.folder, 'my.cnf');
    this.persistFile = join(plan.folder, 'persist.cnf');
    this.startFile = plan.launch ? join(plan.folder, 'start.cnf') : null;
    this.errorLog = join(plan.folder, 'error.log');
  }

  get port(): number {
    return this.#port.port;
  }

  /** Where the console and the replicas find this server: its relay where it has one. */
  get address(): { readonly host: string; readonly port: number } {
    const { host, port } = this.#plan.front ?? this;
    return { host, port };
  }

  /** The process id of mariadbd; throws while it is not running. */
  get pid(): number {
    return this.#running().pid ?? 0;
  }

  /** Whether the process exists; a frozen one does. */
  alive(): boolean {
    return this.#process?.alive() ?? false;
  }

  /** Writes what it is started with: each start does, and somebody who makes its data before the first. */
  async writeOptions(): Promise<void> {
    await mkdir(this.#tmpDir, { recursive: true });
    const text = this.#optionsText();
    // Whoever reads the file while the server starts must not find half of it.
    if ((await readFile(this.optionsFile, 'utf8').catch(() => '')) !== text)
      await writeFile(this.optionsFile, text, { mode: 0o600 });
  }

  /** Starts mariadbd on its data directory and resolves when it answers. Throws with the end of its error log. */
  async start(): Promise<void> {
    const process = await this.#begin();
    try {
      await until(async () => !process.alive() || (await this.#answers()), {
        what: `${this.name} answers`,
        timeoutMs: START_TIMEOUT_MS,
      });
      if (!process.alive()) throw new Error(`${this.name} ended while it started`);
    } catch (error) {
      await process.kill();
      throw new Error(`${String(error)}\n${await this.lastWords()}`, { cause: error });
    }
  }

  /** Starts mariadbd and waits for nothing: a Galera node may wait for others before it answers. */
  async begin(): Promise<void> {
    await this.#begin();
  }

  /** As start; on another port where a stranger took this server's. Only while nobody knows the port yet. */
  async startAnywhere(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.start();
      } catch (error) {
        if (attempt === 5 || !(error instanceof Error) || !error.message.includes('Bind on TCP/IP port')) throw error;
        const next = await reservePort();
        this.#port.release();
        this.#port = next;
      }
    }
  }

  /** Ends mariadbd in order, thawed first; after 30 s by force. Nothing to do where it is down. */
  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** kill -9, and resolves when the process is gone. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** SIGSTOP: the kernel still accepts connections, and then nothing is said. */
  freeze(): void {
    this.#running().signal('SIGSTOP');
  }

  /** SIGCONT. */
  thaw(): void {
    this.#running().signal('SIGCONT');
  }

  /**
   * Runs the statements in turn on one connection as root over the socket (each within 60 s); answers the rows of the
   * last one, BIGINT as text. Throws SqlError.
   */
  async sql(...statements: string[]): Promise<Row[]> {
    const session = await this.session();
    try {
      let rows: Row[] = [];
      for (const statement of statements) rows = await session.query(statement, { timeoutMs: STATEMENT_TIMEOUT_MS });
      return rows;
    } finally {
      session.destroy();
    }
  }

  /** An open connection as root over the socket, for what must be held: a transaction, a lock. The caller destroys it. */
  async session(options: { readonly password?: string } = {}): Promise<Connection> {
    const { host, port, socket: socketPath } = this;
    const { user, password } = this.#plan.accounts.root;
    return await connect({ host, port, socketPath, user, password, ...options }, CONNECT_TIMEOUT_MS);
  }

  /** The end of the error log. */
  async lastWords(): Promise<string> {
    const log = await readFile(this.errorLog, 'utf8').catch(() => '(no error log)');
    return log.split('\n').slice(-15).join('\n');
  }

  /** Gives the port back, once the server is down for good. */
  release(): void {
    this.#port.release();
  }

  async #begin(): Promise<Mariadbd> {
    if (this.alive()) throw new Error(`${this.name} is running already`);
    await this.writeOptions();
    this.#process = new Mariadbd(this.optionsFile, this.#plan.launch);
    return this.#process;
  }

  #running(): Mariadbd {
    if (!this.#process?.alive()) throw new Error(`${this.name} is not running`);
    return this.#process;
  }

  /** Whether sign-in gets a reply, be it a refusal (on a fresh template root has no password): the server is up. */
  async #answers(): Promise<boolean> {
    try {
      (await this.session()).destroy();
      return true;
    } catch (error) {
      return error instanceof SqlError && error.kind === 'access-denied';
    }
  }

  get #tmpDir(): string {
    return join(this.folder, 'tmp');
  }

  #optionsText(): string {
    const { serverId, socket, settings, accounts } = this.#plan;
    const { dataDir, errorLog, persistFile, port } = this;
    return optionsFileText({
      serverId,
      socket,
      settings,
      dataDir,
      tmpDir: this.#tmpDir,
      errorLog,
      persistFile,
      startFile: this.startFile,
      port,
      reportPort: this.address.port,
      pidFile: join(this.folder, 'pid'),
      client: accounts.agent,
    });
  }
}

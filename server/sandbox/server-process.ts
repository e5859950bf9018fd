import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Connection, type Row } from '../mariadb/connection.ts';
import type { SandboxAccounts } from './accounts.ts';
import { reservePort, type ReservedPort } from './ports.ts';
import { optionsFileText } from './server-options.ts';
import { userArguments } from './template.ts';

/** What a sandbox server is made from; its folder holds a data directory already. */
export interface ServerPlan {
  readonly name: string;
  readonly serverId: number;
  readonly folder: string;
  readonly socket: string;
  readonly port: ReservedPort;
  readonly reportPort?: number;
  readonly accounts: SandboxAccounts;
  readonly settings: Readonly<Record<string, string | number>>;
}

const STATEMENT_TIMEOUT_MS = 30_000;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

/** One real mariadbd on 127.0.0.1 that lives as long as the process that started it, at most. */
export class SandboxServer {
  readonly name: string;
  readonly host = '127.0.0.1';
  readonly serverId: number;
  readonly folder: string;
  readonly socket: string;
  readonly dataDir: string;
  /** my.cnf with [client] (the agent's account) and [mariadbd]; mode 0600. */
  readonly optionsFile: string;
  /** Included last by my.cnf: what the agent writes there survives a restart. */
  readonly persistFile: string;
  readonly errorLog: string;
  readonly #plan: ServerPlan;
  #port: ReservedPort;
  #process: ChildProcess | null = null;
  #exited: Promise<void> = Promise.resolve();

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
    this.errorLog = join(plan.folder, 'error.log');
  }

  get port(): number {
    return this.#port.port;
  }

  /** Where the console and the replicas find this server: its relay where it has one. */
  get address(): { readonly host: string; readonly port: number } {
    return { host: this.host, port: this.#plan.reportPort ?? this.port };
  }

  /** The process id of mariadbd; throws while it is not running. */
  get pid(): number {
    const pid = this.alive() ? this.#process?.pid : undefined;
    if (pid === undefined) throw new Error(`${this.name} is not running`);
    return pid;
  }

  /** Whether the process exists; a frozen one does. */
  alive(): boolean {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Starts mariadbd on its data directory and resolves when it answers. Throws with the end of its error log. */
  async start(): Promise<void> {
    if (this.alive()) throw new Error(`${this.name} is running already`);
    const plan = this.#plan;
    const text = optionsFileText({
      folder: this.folder,
      dataDir: this.dataDir,
      socket: this.socket,
      pidFile: join(this.folder, 'pid'),
      errorLog: this.errorLog,
      persistFile: this.persistFile,
      port: this.port,
      reportPort: this.address.port,
      serverId: this.serverId,
      client: plan.accounts.agent,
      settings: plan.settings,
    });
    await writeFile(this.optionsFile, text, { mode: 0o600 });
    // setpriv: the kernel kills mariadbd when we die, even by SIGKILL. Its own process group: Ctrl-C in a terminal is ours to handle.
    const child = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', 'mariadbd', `--defaults-file=${this.optionsFile}`, ...userArguments()],
      { stdio: 'ignore', detached: true },
    );
    this.#process = child;
    this.#exited = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    await this.#answering();
  }

  /** Ends mariadbd in order (SIGTERM, thawed first), after 30 s by force. Nothing to do where it is down. */
  async stop(): Promise<void> {
    if (!this.alive()) return;
    this.#signal('SIGCONT');
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  /** kill -9, and resolves when the process is gone. */
  async kill(): Promise<void> {
    if (!this.alive()) return;
    this.#signal('SIGKILL');
    await this.#exited;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** SIGSTOP: connections are accepted by the kernel and then nothing is said. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  /** SIGCONT. */
  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Runs the statements in turn on one connection as root over the socket; answers the rows of the last one. BIGINT comes as text. */
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
  async session(): Promise<Connection> {
    return await this.#connect(this.#plan.accounts.root.password, 5_000);
  }

  /** For a server fresh from the template, whose root has no password yet. */
  async firstSession(): Promise<Connection> {
    return await this.#connect('', 5_000);
  }

  /** Gives the port back. The server is not usable afterwards. */
  release(): void {
    this.#port.release();
  }

  /** Takes another port: for a start that found its own taken by a stranger. */
  async move(): Promise<void> {
    const next = await reservePort();
    this.#port.release();
    this.#port = next;
  }

  async #connect(password: string, timeoutMs: number): Promise<Connection> {
    const { host, port, socket: socketPath } = this;
    return await connect({ host, port, socketPath, user: this.#plan.accounts.root.user, password }, timeoutMs);
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.alive()) this.#process?.kill(signal);
  }

  async #answering(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (this.alive()) {
      const answer = await this.#knock();
      if (answer) return;
      if (Date.now() > deadline) {
        await this.kill();
        throw new Error(`${this.name} does not answer after ${START_TIMEOUT_MS / 1000} s\n${await this.lastWords()}`);
      }
      await delay(10);
    }
    throw new Error(`${this.name} ended while it started\n${await this.lastWords()}`);
  }

  /** Whether sign-in gets an answer, be it a refusal: the server is up. */
  async #knock(): Promise<boolean> {
    try {
      (await this.#connect(this.#plan.accounts.root.password, 2_000)).destroy();
      return true;
    } catch (error) {
      return error instanceof Error && 'kind' in error && error.kind === 'access-denied';
    }
  }

  /** The end of the error log. */
  async lastWords(): Promise<string> {
    const log = await readFile(this.errorLog, 'utf8').catch(() => '(no error log)');
    return log.split('\n').slice(-15).join('\n');
  }
}

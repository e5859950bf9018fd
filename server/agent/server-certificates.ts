import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { messageOf } from '../contract/errors.ts';
import { askLocalServer } from '../mariadb/local-server.ts';
import { reloadServerCertificates, serverCertificateFiles } from '../mariadb/server-certificates.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { signatureOf } from '../tls/watch-files.ts';

const lookEveryMs = 1_000;
/** Which files they are changes with a restart of the server only. */
const askEveryMs = 60_000;
const timeoutMs = 5_000;

/**
 * Whoever renews the server's certificate cannot be expected to sign in to it: the agent has it read its files again when they
 * have changed and rested for one look, and once at the start. Connections that are open go on.
 */
export class ServerCertificates {
  readonly #where: Parameters<typeof askLocalServer>[0];
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  #files: readonly string[] = [];
  #askedAt = -Infinity;
  #last = '';
  #read = '';
  #problem: string | null = null;

  constructor(where: Parameters<typeof askLocalServer>[0], logger: Logger) {
    this.#where = where;
    this.#logger = logger;
  }

  /** Why the server does not use what its files hold now; null: it does, or has none. */
  get problem(): string | null {
    return this.#problem;
  }

  start(): void {
    this.#ended = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  /** Never rejects. */
  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#look();
      } catch (error) {
        // A server that is down is told by others, and reads its files when it starts.
        if (!(error instanceof SqlError)) this.#tell(messageOf(error));
      }
      await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    if (performance.now() - this.#askedAt > askEveryMs) {
      this.#files = await this.#ask(serverCertificateFiles);
      this.#askedAt = performance.now();
    }
    if (this.#files.length === 0) return;
    const now = await signatureOf(this.#files);
    const rested = now === this.#last;
    this.#last = now;
    if (!rested || now === this.#read) return;
    try {
      await this.#ask(reloadServerCertificates);
      this.#tell(null);
      this.#logger.info({ files: this.#files }, 'the server reads its certificates again');
    } catch (error) {
      if (!(error instanceof SqlError) || error.kind !== 'statement') throw error;
      this.#tell(`the server can't use its renewed certificate: ${error.message}`);
    }
    this.#read = now;
  }

  async #ask<T>(
    question: (connection: Parameters<typeof serverCertificateFiles>[0], ms: number) => Promise<T>,
  ): Promise<T> {
    return await askLocalServer(this.#where, timeoutMs, async (connection) => await question(connection, timeoutMs));
  }

  #tell(problem: string | null): void {
    if (problem !== null && problem !== this.#problem) this.#logger.error({ problem }, 'the old certificate stays');
    this.#problem = problem;
  }
}

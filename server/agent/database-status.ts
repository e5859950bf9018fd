import { diskSpaceOf } from '../backups/disk-space.ts';
import type { AgentStatus } from '../contract/agent.ts';
import type { AgentConfiguration } from '../contract/configuration/agent.ts';
import { askLocalServer, dataDirectory } from '../mariadb/local-server.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { configuredReadOnly } from './configured-read-only.ts';

/** Several consoles may ask every 2 s; where a data directory is, and what a configuration says, changes by hands. */
const rememberMs = 3_000;
const askTimeoutMs = 1_000;

/** What an agent tells of its database's host: room on its disk, and what its configuration would make of it. */
export class DatabaseStatus {
  readonly #server: AgentConfiguration['server'];
  readonly #now: () => number;
  #directory: string | null = null;
  #askedAt = -Infinity;
  #readOnlyNext: boolean | null = null;
  #readAt = -Infinity;

  /** now: milliseconds, of whatever beginning. */
  constructor(server: AgentConfiguration['server'], now: () => number = () => performance.now()) {
    this.#server = server;
    this.#now = now;
  }

  /** Never rejects: what can't be told is null. Also while the database is down, once it was seen. */
  async read(): Promise<AgentStatus['database']> {
    const [directory, readOnlyNext] = await Promise.all([this.#findDirectory(), this.#readConfiguration()]);
    return { disk: directory === null ? null : await diskSpaceOf(directory), readOnlyNext };
  }

  /** The configuration was just written. */
  forget(): void {
    this.#readAt = -Infinity;
  }

  async #findDirectory(): Promise<string | null> {
    if (this.#now() - this.#askedAt < rememberMs) return this.#directory;
    this.#askedAt = this.#now();
    const { socket, defaultsFile } = this.#server;
    try {
      this.#directory = await askLocalServer({ socket, defaultsFile }, askTimeoutMs, async (connection) =>
        dataDirectory(connection, askTimeoutMs),
      );
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
    }
    return this.#directory;
  }

  async #readConfiguration(): Promise<boolean | null> {
    if (this.#now() - this.#readAt < rememberMs) return this.#readOnlyNext;
    this.#readAt = this.#now();
    const { defaultsFile, persistFile } = this.#server;
    const whole = defaultsFile === undefined ? null : await configuredReadOnly(defaultsFile);
    // Where the options file does not lead to it, the file that Baton writes is what it was told to be: included, and last.
    this.#readOnlyNext = whole ?? (persistFile === undefined ? null : await configuredReadOnly(persistFile));
    return this.#readOnlyNext;
  }
}

import { releaseLock } from '../mariadb/advisory-lock.ts';
import type { Connection } from '../mariadb/connection.ts';
import { Session } from '../mariadb/session.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { Task } from './task.ts';

/** lock: holds the advisory lock; freeze: holds the read lock; wait: long waits; side: watches, lists, ends sessions. */
const purposes = ['lock', 'freeze', 'wait', 'side'] as const;
export type Purpose = (typeof purposes)[number];

/**
 * Longer than the other connections live: a console that slept finds the one that would open the new primary gone before
 * the read lock on the old one is.
 */
const FREEZE_WAIT_SECONDS = 10;

const RELEASE_MS = 1_000;

export type Connect = (server: string, timeoutMs: number) => Promise<Connection>;

/** The connections of one takeover, opened before writes are stopped so that nothing has to connect while they are. */
export class Links {
  readonly #connect: Connect;
  readonly #sessions = new Map<string, Session>();
  readonly #opening = new Map<string, Promise<Session>>();
  /** Connections that hold the advisory lock of their server. */
  readonly #holding = new WeakSet<Session>();
  #abandoned = false;
  /** How often everything was closed. */
  #closed = 0;
  #lost = 0;

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  /** Opens the connection, prepares it and keeps it alive. Rejects with SqlError. */
  async open(server: string, purpose: Purpose, timeoutMs: number): Promise<Session> {
    const opening = this.#opened(server, purpose, timeoutMs);
    this.#opening.set(key(server, purpose), opening);
    return await opening.finally(() => this.#opening.delete(key(server, purpose)));
  }

  /** The connection that is open or being opened; where there is none, as open. */
  async ensure(server: string, purpose: Purpose, timeoutMs: number): Promise<Session> {
    return (
      this.find(server, purpose) ??
      (await (this.#opening.get(key(server, purpose)) ?? this.open(server, purpose, timeoutMs)))
    );
  }

  /** As closeAll, and whatever is opened from now on. */
  abandon(): void {
    this.#abandoned = true;
    this.closeAll();
  }

  async #opened(server: string, purpose: Purpose, timeoutMs: number): Promise<Session> {
    const closed = this.#closed;
    const session = await this.fresh(server, timeoutMs, purpose === 'freeze' ? FREEZE_WAIT_SECONDS : undefined);
    if (this.#abandoned || closed !== this.#closed) {
      session.close();
      throw new SqlError('lost', 0, 'it was opened for what is over');
    }
    this.#sessions.get(key(server, purpose))?.close();
    this.#sessions.set(key(server, purpose), session);
    session.keepAlive();
    return session;
  }

  /** A new connection that the caller closes. Rejects with SqlError. */
  async fresh(server: string, timeoutMs: number, waitTimeoutSeconds?: number): Promise<Session> {
    const started = performance.now();
    const session = new Session(server, await this.#connect(server, timeoutMs), () => (this.#lost += 1));
    try {
      await session.prepare(Math.max(1, timeoutMs - (performance.now() - started)), waitTimeoutSeconds);
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  /** The open connection. Throws its failure where it broke: whoever held a lock on it holds none any more. */
  get(server: string, purpose: Purpose): Session {
    const session = this.#sessions.get(key(server, purpose));
    if (!session) throw new Error(`no ${purpose} connection to ${server}`);
    if (session.broken) throw session.broken;
    return session;
  }

  /** As get; null where it is not open or broke. */
  find(server: string, purpose: Purpose): Session | null {
    const session = this.#sessions.get(key(server, purpose));
    return session && !session.broken ? session : null;
  }

  /** Notes that the server's lock connection holds the advisory lock; it does until that connection ends. */
  nowHolds(server: string): void {
    this.#holding.add(this.get(server, 'lock'));
  }

  /** Whether it does. */
  holds(server: string): boolean {
    const session = this.find(server, 'lock');
    return session !== null && this.#holding.has(session);
  }

  /** How many statements have met the end of their connection so far. */
  get lost(): number {
    return this.#lost;
  }

  /** Those that were open and ended: not those of a server that hangs, which would only hang again. */
  lostOnes(): { readonly server: string; readonly purpose: Purpose }[] {
    return [...this.#sessions.entries()].flatMap(([name, { server, broken }]) => {
      const purpose = purposes.find((one) => name === key(server, one));
      return broken?.kind === 'lost' && purpose ? [{ server, purpose }] : [];
    });
  }

  /** The servers that have a connection for that purpose. */
  serversWith(purpose: Purpose): string[] {
    return [...this.#sessions.entries()]
      .filter(([name, session]) => name.endsWith(`/${purpose}`) && !session.broken)
      .map(([, session]) => session.server);
  }

  /** The ids of all open connections by server: what the journal records before they are used. */
  ids(): Record<string, number[]> {
    const ids: Record<string, number[]> = {};
    for (const { server, id, broken } of this.#sessions.values())
      if (!broken) ids[server] = [...(ids[server] ?? []), id];
    return ids;
  }

  close(server: string, purpose: Purpose): void {
    this.#sessions.get(key(server, purpose))?.close();
    this.#sessions.delete(key(server, purpose));
  }

  /** Frees the advisory locks, so that whoever comes next finds them free at once, and closes everything. Never rejects. */
  async release(): Promise<void> {
    const holding = this.serversWith('lock').map((server) => this.get(server, 'lock'));
    await Promise.all(holding.map((session) => session.run(releaseLock(), RELEASE_MS).catch(() => undefined)));
    this.closeAll();
  }

  /** Also what is being opened, as soon as it is: nobody would close that. */
  closeAll(): void {
    this.#closed += 1;
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }
}

/** The connections that an operation of that kind needs to a server. */
export function purposesOf(
  { kind, target, oldPrimary }: Pick<Task, 'kind' | 'target' | 'oldPrimary'>,
  server: string,
): readonly Purpose[] {
  if (server === target) return ['lock', 'wait', 'side'];
  if (server === oldPrimary && kind === 'switchover') return ['lock', 'freeze', 'side'];
  return server === oldPrimary && (kind === 'rejoin' || kind === 'reseed') ? ['lock', 'side'] : ['lock'];
}

const key = (server: string, purpose: Purpose): string => `${server}/${purpose}`;

import type { Session } from '../mariadb/session.ts';
import { clientSessions, killSessions, listClients, listedClient } from '../mariadb/sessions.ts';
import type { Act } from '../operations/step.ts';

/** Whose sessions are not ended: these, and those of these accounts. */
interface Spare {
  readonly ids: ReadonlySet<number>;
  readonly users: ReadonlySet<string>;
}

/**
 * Ends the clients' sessions of a server, again and again as the takeover goes on: who may ignore read_only can't be
 * computed without reading mysql.*, and a killed session can't commit. Runs beside the steps, one pass at a time, on a
 * connection of its own: the time in which writes are stopped is not spent on it.
 */
export class Sweep {
  readonly #session: () => Session;
  readonly #spare: () => Spare;
  readonly #ended = new Map<number, string>();
  #pass: Promise<void> = Promise.resolve();
  #failure: unknown = null;

  /** Both are asked in each pass, since a lost connection of ours may be a new one then. What `session` throws is a pass that failed. */
  constructor(session: () => Session, spare: () => Spare) {
    this.#session = session;
    this.#spare = spare;
  }

  /** Starts a pass behind those before it; does not wait for it. */
  again(act: Act): void {
    this.#pass = this.#pass
      .then(() => this.#once(act))
      .catch((error: unknown) => {
        this.#failure = error;
      });
  }

  /** Waits for the passes so far. Rejects with the failure of one of them, once. */
  async settled(): Promise<void> {
    await this.#pass;
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure;
  }

  /** The sessions that were ended: "app (3), reports (1)". */
  get summary(): string {
    const users = new Map<string, number>();
    for (const user of this.#ended.values()) users.set(user, (users.get(user) ?? 0) + 1);
    return [...users].map(([user, count]) => `${user} (${count})`).join(', ');
  }

  get count(): number {
    return this.#ended.size;
  }

  async #once(act: Act): Promise<void> {
    const timeoutMs = Math.max(500, act.deadline.remainingMs());
    const session = this.#session();
    const sessions = (await session.run(listClients(), timeoutMs)).map(listedClient);
    const clients = clientSessions(sessions, this.#spare());
    if (clients.length === 0) return;
    for (const { id, user } of clients) this.#ended.set(id, user);
    const kill = killSessions(clients.map(({ id }) => id));
    act.statement(`${kill.shown}  -- ${session.server}`);
    await session.run(kill, timeoutMs);
  }
}

import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../contract/errors.ts';
import type { Maintenance } from '../contract/maintenance.ts';
import { within } from './deadline.ts';
import { maintenanceAt, type Maintenances } from './maintenance.ts';
import type { WatchMemory } from './memory.ts';

/** A store that does not answer must not hold a watch up. */
const storeTimeoutMs = 5_000;

/**
 * Which servers of a cluster are set aside, kept in the store. What is written here is in force when the store has it; what a
 * console on the same store writes, with the next `load`.
 */
export class MaintenanceBook {
  readonly #memory: WatchMemory;
  readonly #now: () => number;
  #all: Maintenances = new Map();
  /** Reads and writes, one after the other: none brings back what an earlier one found. */
  #turns: Promise<unknown> = Promise.resolve();
  #telling: Promise<void> | null = null;

  constructor(memory: WatchMemory, now: () => number) {
    this.#memory = memory;
    this.#now = now;
  }

  /** As last read or written: the same object while nothing changes. */
  get all(): Maintenances {
    return this.#all;
  }

  /** Reads what stands in the store, whoever wrote it; answers why it could not, or null. What is known stays then. */
  async load(timeoutMs = storeTimeoutMs): Promise<string | null> {
    try {
      await within(timeoutMs, 'store', this.#read());
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Rejects as the store does, and then nothing has changed. */
  async setAside(server: string, maintenance: Maintenance): Promise<void> {
    await this.#change((all) => {
      all.set(server, maintenance);
      return true;
    });
  }

  /** Ends it, and answers what it was; null where the server is not set aside. Rejects as the store does. */
  async end(server: string): Promise<Maintenance | null> {
    let was: Maintenance | null = null;
    await this.#change((all) => {
      was = maintenanceAt(all, server, this.#now());
      return was !== null && all.delete(server);
    });
    return was;
  }

  /**
   * Has `tell` hear of those whose time is over, also while no console ran; what it has taken in is forgotten. Not of one that
   * another console has ended or set aside anew. Rejects as `tell` and the store do: what is left is told with the next call.
   */
  async tellOver(tell: (server: string, was: Maintenance) => Promise<void>): Promise<void> {
    this.#telling ??= this.#tell(tell).finally(() => (this.#telling = null));
    await this.#telling;
  }

  /** Resolves when what was begun is written. Never rejects. */
  async settled(): Promise<void> {
    await this.#telling?.catch(() => undefined);
    await this.#turns;
  }

  async #tell(tell: (server: string, was: Maintenance) => Promise<void>): Promise<void> {
    for (const name of this.#over().keys()) {
      // Each time: what this console knows may be older than what another one did.
      await this.#read();
      const was = this.#over().get(name);
      if (!was) continue;
      await tell(name, was);
      // Not where it was set aside anew meanwhile.
      await this.#change((all) => isDeepStrictEqual(all.get(name), was) && all.delete(name));
    }
  }

  #over(): Maintenances {
    const now = this.#now();
    return new Map([...this.#all].filter(([server]) => maintenanceAt(this.#all, server, now) === null));
  }

  async #read(): Promise<void> {
    await this.#turn(async () => this.#take(await this.#memory.maintenance()));
  }

  async #change(change: (all: Map<string, Maintenance>) => boolean): Promise<void> {
    await this.#turn(async () => {
      let after: Maintenances = this.#all;
      await this.#memory.changeMaintenance((all) => {
        after = all;
        return change(all);
      }, this.#now());
      this.#take(after);
    });
  }

  #take(all: Maintenances): void {
    if (!isDeepStrictEqual(all, this.#all)) this.#all = all;
  }

  async #turn(act: () => Promise<void>): Promise<void> {
    const turn = this.#turns.then(act);
    this.#turns = turn.catch(() => undefined);
    await turn;
  }
}

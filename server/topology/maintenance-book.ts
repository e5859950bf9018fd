import type { Maintenance } from '../contract/maintenance.ts';
import { messageOf } from '../contract/errors.ts';
import { within } from './deadline.ts';
import { maintenanceAt, type Maintenances } from './maintenance.ts';
import type { WatchMemory } from './memory.ts';

/** A store that does not answer must not hold the start of a watch up. */
const storeTimeoutMs = 5_000;

/** Which servers of a cluster are set aside, kept in the store. What is written here is in force when the store has it. */
export class MaintenanceBook {
  readonly #memory: WatchMemory;
  readonly #now: () => number;
  #all: Maintenances = new Map();
  #writing: Promise<unknown> = Promise.resolve();
  #telling: Promise<void> | null = null;

  constructor(memory: WatchMemory, now: () => number) {
    this.#memory = memory;
    this.#now = now;
  }

  get all(): Maintenances {
    return this.#all;
  }

  /** Reads what an earlier process left; answers why it could not, or null. */
  async load(): Promise<string | null> {
    try {
      this.#all = await within(storeTimeoutMs, 'store', this.#memory.maintenance());
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Rejects as the store does, and then nothing has changed. */
  async setAside(server: string, maintenance: Maintenance): Promise<void> {
    await this.#write((all) => all.set(server, maintenance));
  }

  /** Ends it, and answers what it was; null where the server is not set aside. Rejects as the store does. */
  async end(server: string): Promise<Maintenance | null> {
    const was = maintenanceAt(this.#all, server, this.#now());
    if (was) await this.#write((all) => all.delete(server));
    return was;
  }

  /**
   * Has `tell` hear of those whose time is over, also while no console ran; what it has taken in is forgotten. Rejects as
   * `tell` and the store do: what is left is told with the next call.
   */
  async tellOver(tell: (server: string, was: Maintenance) => Promise<void>): Promise<void> {
    this.#telling ??= this.#tell(tell).finally(() => (this.#telling = null));
    await this.#telling;
  }

  /** Resolves when what was begun is written. Never rejects. */
  async settled(): Promise<void> {
    await this.#telling?.catch(() => undefined);
    await this.#writing.catch(() => undefined);
  }

  async #tell(tell: (server: string, was: Maintenance) => Promise<void>): Promise<void> {
    for (const [server, was] of this.#all) {
      if (maintenanceAt(this.#all, server, this.#now()) !== null) continue;
      await tell(server, was);
      // Not where it was set aside anew meanwhile.
      await this.#write((all) => all.get(server) === was && all.delete(server));
    }
  }

  /** One after the other: each begins with what the one before it wrote. */
  async #write(change: (all: Map<string, Maintenance>) => unknown): Promise<void> {
    const before = this.#writing;
    const own = (async () => {
      await before.catch(() => undefined);
      const all = new Map(this.#all);
      change(all);
      await this.#memory.putMaintenance(all, this.#now());
      this.#all = all;
    })();
    this.#writing = own;
    await own;
  }
}

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
    await this.#write(new Map([...this.#standing(), [server, maintenance]]));
  }

  /** Ends it, and answers what it was; null where the server is not set aside. Rejects as the store does. */
  async end(server: string): Promise<Maintenance | null> {
    const was = maintenanceAt(this.#all, server, this.#now());
    if (was) await this.#write(new Map(this.#standing().filter(([name]) => name !== server)));
    return was;
  }

  #standing(): [string, Maintenance][] {
    return [...this.#all].filter(([server]) => maintenanceAt(this.#all, server, this.#now()) !== null);
  }

  async #write(all: Maintenances): Promise<void> {
    await this.#memory.putMaintenance(all, this.#now());
    this.#all = all;
  }
}

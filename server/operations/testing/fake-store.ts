import { BatonError } from '../../contract/errors.ts';
import type { JournalRow, JournalStore, Lease, LeaseStore, MemoryStore, OperationRow } from '../../store/store.ts';

/** For tests: the parts of a store that operations need, in memory, with a switch that makes every write fail. */
export class FakeStore {
  readonly rows: JournalRow[] = [];
  readonly operations = new Map<string, OperationRow>();
  readonly leasesHeld = new Map<string, Lease>();
  readonly values = new Map<string, string>();
  /** Writes are refused while true, as by a full disk. */
  broken = false;
  /** What goes along with the next write. */
  #riders: (() => void)[] = [];

  readonly journal: JournalStore = {
    begin: async (row, claim, rows) => {
      const claimed = await this.leases.acquire(claim);
      if (claimed.kind === 'taken') return claimed;
      this.operations.set(row.id, row);
      for (const entry of rows) this.rows.push({ ...entry, sequence: this.rows.length + 1 });
      return claimed;
    },
    append: async (rows, under) => {
      this.#write();
      this.#add(rows, under);
    },
    appendSoon: async (rows, under, failed) =>
      await new Promise((resolve, reject) => {
        const add = (): void => {
          this.#riders = this.#riders.filter((rider) => rider !== add);
          try {
            if (this.broken) throw new BatonError('unavailable', 'The disk is full.');
            this.#add(rows, under);
            resolve();
          } catch (error) {
            failed?.(error);
            reject(error);
          }
        };
        this.#riders.push(add);
        setTimeout(() => (this.#riders.includes(add) ? add() : undefined), 20);
      }),
    entries: async (operationId) => this.rows.filter((row) => row.operationId === operationId),
    update: async (id, change, under) => {
      this.#write();
      this.#require(under);
      const row = this.operations.get(id);
      if (row) this.operations.set(id, { ...row, ...change });
    },
    get: async (id) => this.operations.get(id) ?? null,
    list: async () => [...this.operations.values()].toReversed(),
    unfinished: async () => [...this.operations.values()].filter(({ endedAt }) => endedAt === null),
  };

  readonly leases: LeaseStore = {
    acquire: async ({ name, holder, ttlMs, now }) => {
      this.#write();
      const current = this.leasesHeld.get(name);
      if (current && current.expiresAt > now && current.holder !== holder) return { kind: 'taken', by: current };
      const lease = { name, holder, fence: (current?.fence ?? 0) + 1, expiresAt: now + ttlMs };
      this.leasesHeld.set(name, lease);
      return { kind: 'held', lease };
    },
    get: async (name) => this.leasesHeld.get(name) ?? null,
    renew: async (lease, ttlMs, now) => {
      this.#write();
      const current = this.leasesHeld.get(lease.name);
      if (!current || current.fence !== lease.fence) return false;
      this.leasesHeld.set(lease.name, { ...current, expiresAt: now + ttlMs });
      return true;
    },
    release: async (lease) => {
      const current = this.leasesHeld.get(lease.name);
      if (current && current.fence === lease.fence) this.leasesHeld.set(lease.name, { ...current, expiresAt: 0 });
    },
  };

  readonly memory: MemoryStore = {
    get: async (key) => this.values.get(key) ?? null,
    put: async (key, value) => {
      this.#write();
      this.values.set(key, value);
    },
    change: async (key, change) => {
      this.#write();
      const value = change(this.values.get(key) ?? null);
      if (value !== null) this.values.set(key, value);
    },
  };

  /** Another console takes the lease, as after it lapsed. */
  stealLease(name: string): void {
    const fence = (this.leasesHeld.get(name)?.fence ?? 0) + 1;
    this.leasesHeld.set(name, { name, holder: 'another console', fence, expiresAt: Infinity });
  }

  /** "kind step" of every row, those that were carried by a later row included, in the order in which they were made. */
  get story(): string[] {
    return this.rows.flatMap(({ kind, step, data }) => {
      const { carried }: { carried: { kind: string; step: string }[] } = JSON.parse(data);
      return [...carried.map((entry) => `(${entry.kind} ${entry.step})`), `${kind} ${step}`];
    });
  }

  #add(rows: readonly Omit<JournalRow, 'sequence'>[], under: Lease | undefined): void {
    this.#require(under);
    for (const row of rows) this.rows.push({ ...row, sequence: this.rows.length + 1 });
  }

  #require(under: Lease | undefined): void {
    if (under && this.leasesHeld.get(under.name)?.fence !== under.fence) {
      throw new BatonError('already-running', 'The lease was lost.');
    }
  }

  #write(): void {
    for (const rider of this.#riders) rider();
    if (this.broken) throw new BatonError('unavailable', 'The disk is full.');
  }
}

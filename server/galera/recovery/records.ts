import { z } from 'zod';
import { knownPosition, type KnownPosition } from '../../contract/galera.ts';
import { ZERO_HISTORY } from '../../contract/galera-status.ts';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import type { MemoryStore } from '../../store/store.ts';

/** Where nodes were seen goes to the store this seldom: a cold start looks back at minutes. */
const SEEN_EVERY_MS = 5_000;
const seenShape = z.record(z.string(), knownPosition);

/** What the console remembers of the positions of a cluster: a later one below them has lost something. */
export class PositionRecords {
  readonly #memory: MemoryStore;
  readonly #cluster: string;
  readonly #now: () => number;
  #seen: Map<string, KnownPosition> | null = null;
  #writtenAt = -Infinity;

  constructor(memory: MemoryStore, cluster: string, now: () => number) {
    this.#memory = memory;
    this.#cluster = cluster;
    this.#now = now;
  }

  /** Where the cluster stood after its last recovery or stop. Rejects as the store does. */
  async floor(): Promise<KnownPosition | null> {
    const kept = await this.#memory.get(this.#key('floor'));
    return kept === null ? null : knownPosition.parse(JSON.parse(kept));
  }

  /** A recovery or a stop has ended there: what was seen before it is in it, or was given up. Rejects as the store does. */
  async setFloor(floor: KnownPosition): Promise<void> {
    this.#seen = new Map();
    await this.#memory.put(this.#key('seen'), JSON.stringify({}), this.#now());
    await this.#memory.put(this.#key('floor'), JSON.stringify(floor), this.#now());
  }

  /** Where each node was last seen while it was Primary. Rejects as the store does. */
  async lastSeen(): Promise<ReadonlyMap<string, KnownPosition>> {
    if (this.#seen) return this.#seen;
    const kept = await this.#memory.get(this.#key('seen'));
    // What was noted while the store was read is newer.
    this.#seen ??= new Map(kept === null ? [] : Object.entries(seenShape.parse(JSON.parse(kept))));
    return this.#seen;
  }

  /** Takes in what the watch sees; a store that fails is tried again with a later snapshot. */
  async note({ servers }: ClusterSnapshot): Promise<void> {
    const seen = new Map(await this.lastSeen());
    for (const { name, state, observedAt, galera } of servers) {
      if (state !== 'up' || observedAt === null || galera?.clusterStatus !== 'primary') continue;
      if (galera.stateUuid === ZERO_HISTORY) continue;
      seen.set(name, { uuid: galera.stateUuid, seqno: galera.lastCommitted, at: observedAt });
    }
    this.#seen = seen;
    if (this.#now() - this.#writtenAt < SEEN_EVERY_MS) return;
    this.#writtenAt = this.#now();
    await this.#memory.put(this.#key('seen'), JSON.stringify(Object.fromEntries(seen)), this.#now());
  }

  #key(what: string): string {
    return `galera/${this.#cluster}/${what}`;
  }
}

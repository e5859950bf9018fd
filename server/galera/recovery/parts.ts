import type { Operations } from '../../operations/operations.ts';
import type { MemoryStore } from '../../store/store.ts';
import type { GaleraAgent } from '../agent.ts';

/** All that the composition root hands over, for one Galera cluster. */
export interface RecoveryParts {
  /** `members`: every configured node, in the order of the configuration. */
  readonly cluster: { readonly name: string; readonly members: readonly string[] };
  readonly agent: (node: string) => GaleraAgent | null;
  readonly operations: Operations;
  readonly memory: MemoryStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
}

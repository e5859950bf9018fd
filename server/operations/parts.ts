import type { Operation } from '../contract/operation.ts';
import type { JournalStore, LeaseStore, MemoryStore } from '../store/store.ts';

/** What operations are given by the console. */
export interface OperationsParts {
  readonly journal: JournalStore;
  readonly leases: LeaseStore;
  readonly memory: MemoryStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
  /** This process, told apart from every other and from its own next life. */
  readonly holder: string;
  /** Whether that holder is surely no more (its process is gone, on this host). Its lease is then not waited for. */
  readonly isGone?: (holder: string) => boolean;
  /** Every change of every running operation, as a value. */
  readonly onOperation: (view: Operation) => void;
}

/** The lease under which something is done to the cluster. */
export const leaseName = (cluster: string): string => `operations/${cluster}`;

import type { Connection } from '../mariadb/connection.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import type { Operations } from '../operations/operations.ts';
import type { JournalStore, MemoryStore } from '../store/store.ts';
import type { ServerAddress } from '../topology/observation.ts';
import type { Watcher } from '../topology/watcher.ts';
import type { Hooks } from '../contract/configuration/hooks.ts';
import type { TakeoverAgent } from './agent.ts';
import type { HookRunner } from './hooks/hook-runner.ts';

/** What a takeover needs of the watch. */
export type Watch = Pick<
  Watcher,
  'snapshot' | 'lookNow' | 'observationOf' | 'factsOf' | 'lastPrimary' | 'remembered' | 'primaryIs' | 'markDetached'
>;

/** All that the composition root hands over, for one cluster. */
export interface TakeoversParts {
  readonly cluster: {
    readonly name: string;
    readonly servers: readonly ServerAddress[];
    readonly takeover: {
      readonly budgetSeconds: number;
      readonly longWriteSeconds: number;
      readonly maxLagSeconds: number;
    };
  };
  readonly watch: Watch;
  /** Opens a connection to a configured server with an account of the cluster. Rejects with SqlError. */
  readonly connect: (server: string, account: 'observe' | 'operate', timeoutMs: number) => Promise<Connection>;
  /** Signs in to a configured server with the replication account, to see whether it may. Rejects with SqlError. */
  readonly signIn: (server: string, timeoutMs: number) => Promise<Connection>;
  /** Users of the accounts; operate is null where none is configured. */
  readonly users: { readonly observe: string; readonly operate: string | null };
  readonly replication: { readonly user: string; readonly password: string } | null;
  /** What the configuration says of TLS for the replication of that server; undefined: nothing. */
  readonly replicationTls?: (server: string) => ReplicaStatus['ssl'] | undefined;
  /** Accounts for sources outside of the cluster, by the connection's name. */
  readonly sources: ReadonlyMap<string, { readonly user: string; readonly password: string }>;
  readonly agent: (server: string) => TakeoverAgent | null;
  /** Programs on the console's host that go along with a takeover. */
  readonly hooks: { readonly configured: Hooks; readonly runner: HookRunner };
  /** Shared by all clusters and features of this console. */
  readonly operations: Operations;
  readonly store: { readonly journal: JournalStore; readonly memory: MemoryStore };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
}

import type { AuditEntry, UserRole } from '../contract/access.ts';
import type { Metric } from '../contract/history.ts';
import type { Outcome } from '../contract/operation.ts';

/**
 * What Baton keeps. SQLite stands behind it today; everything is asynchronous, every instant is milliseconds since the
 * epoch given by the caller, and leases carry a fencing number, so that a MariaDB shared by several consoles can stand
 * behind the same interface.
 *
 * Every method rejects with BatonError('unavailable') when the store cannot be read or written (locked, disk full):
 * status goes on, acting is refused.
 */
export interface Store {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly tokens: TokenStore;
  readonly audit: AuditStore;
  readonly journal: JournalStore;
  readonly leases: LeaseStore;
  readonly samples: SampleStore;
  readonly memory: MemoryStore;
  /** Proves by a write that acting is possible: null, or the reason why not. */
  writable(): Promise<string | null>;
  close(): Promise<void>;
}

export interface UserRow {
  username: string;
  role: UserRole;
  passwordHash: string;
  createdAt: number;
}

export interface UserStore {
  list(): Promise<UserRow[]>;
  get(username: string): Promise<UserRow | null>;
  /** Creates or replaces. */
  put(user: UserRow): Promise<void>;
  remove(username: string): Promise<boolean>;
}

export interface SessionRow {
  id: string;
  username: string;
  createdAt: number;
  expiresAt: number;
}

export interface SessionStore {
  put(session: SessionRow): Promise<void>;
  get(id: string): Promise<SessionRow | null>;
  remove(id: string): Promise<void>;
  /** Ends all sessions of a user: password changed, user removed. */
  removeOf(username: string): Promise<number>;
  removeExpired(now: number): Promise<number>;
}

export interface TokenRow {
  id: string;
  name: string;
  role: UserRole;
  /** SHA-256 of the token; the token itself is shown once and kept nowhere. */
  hash: string;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
}

export interface TokenStore {
  put(token: TokenRow): Promise<void>;
  list(): Promise<TokenRow[]>;
  findByHash(hash: string): Promise<TokenRow | null>;
  touch(id: string, at: number): Promise<void>;
  remove(id: string): Promise<boolean>;
}

export interface AuditStore {
  /** Rows are only ever added. Answers the entry with its number. */
  append(entry: Omit<AuditEntry, 'id'>): Promise<AuditEntry>;
  list(query: { limit: number; before?: number; cluster?: string }): Promise<AuditEntry[]>;
}

export interface OperationRow {
  id: string;
  cluster: string;
  kind: string;
  target: string;
  actor: string;
  startedAt: number;
  endedAt: number | null;
  outcome: Outcome | null;
  /** What the feature needs to take it up again: the plan, without secrets. JSON. */
  plan: string;
  /** The view of it (contract's Operation) as last written. JSON. */
  view: string;
}

export interface JournalRow {
  operationId: string;
  sequence: number;
  at: number;
  /** Step this row is about; "" for the operation as a whole. */
  step: string;
  /** intent: written before an act; result: after it; record: a value that an undo or a resume needs; note: for the reader. */
  kind: 'intent' | 'result' | 'record' | 'undo-intent' | 'undo-result' | 'note';
  /** JSON, without secrets. */
  data: string;
}

export interface JournalStore {
  create(row: OperationRow): Promise<void>;
  /** Durable when it resolves: the act may follow. */
  append(row: Omit<JournalRow, 'sequence'>): Promise<void>;
  entries(operationId: string): Promise<JournalRow[]>;
  update(id: string, change: Partial<Pick<OperationRow, 'endedAt' | 'outcome' | 'view'>>): Promise<void>;
  get(id: string): Promise<OperationRow | null>;
  list(query: { limit: number; before?: number; cluster?: string }): Promise<OperationRow[]>;
  /** Operations without an end: what a starting console must take up. */
  unfinished(): Promise<OperationRow[]>;
}

export interface Lease {
  name: string;
  holder: string;
  /** Rises with every new holder: a write with an older number is refused. */
  fence: number;
  expiresAt: number;
}

export interface LeaseStore {
  /** The lease, or who has it. The same holder gets its own lease again, renewed. */
  acquire(
    name: string,
    holder: string,
    ttlMs: number,
    now: number,
  ): Promise<{ kind: 'held'; lease: Lease } | { kind: 'taken'; by: Lease }>;
  /** False when the lease was lost meanwhile. */
  renew(lease: Lease, ttlMs: number, now: number): Promise<boolean>;
  release(lease: Lease): Promise<void>;
}

export interface Sample {
  cluster: string;
  server: string;
  metric: Metric;
  at: number;
  value: number;
}

export interface SampleBucket {
  /** Start of the bucket, milliseconds. */
  at: number;
  count: number;
  min: number;
  max: number;
  sum: number;
}

export interface SampleStore {
  /** One transaction for all samples of a tick. */
  append(samples: readonly Sample[]): Promise<void>;
  /** Buckets of bucketMs that hold something, oldest first; from seconds or from minute roll-ups, whichever covers it. */
  series(query: {
    cluster: string;
    server: string;
    metric: Metric;
    from: number;
    to: number;
    bucketMs: number;
  }): Promise<SampleBucket[]>;
  /** Rolls whole minutes up, and forgets seconds older than 24 h and minutes older than 30 days, in small batches. */
  maintain(now: number): Promise<void>;
}

/** Small values by key that outlive the process: each primary's event list, durations of past steps, last known positions. */
export interface MemoryStore {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, at: number): Promise<void>;
}

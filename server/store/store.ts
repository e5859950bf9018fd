import type { ActorRole, AuditEntry, TakeoverScope, UserRole } from '../contract/access.ts';
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
  /** False when there is one of that name; it stays as it is. */
  add(user: UserRow): Promise<boolean>;
  /** False when there is no such user (any more): a new password never brings a removed user back. */
  setPasswordHash(username: string, passwordHash: string): Promise<boolean>;
  /** Removes the user and its sessions at once. One transaction: two admins that remove each other can't both succeed. */
  remove(username: string): Promise<'removed' | 'unknown' | 'last-admin'>;
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
  role: ActorRole;
  /** Of the role takeover: the one server; else null. */
  takeover: TakeoverScope | null;
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
  /** As append, in one write with whatever is written next, or a moment later. `failed` is told of its failure at once. */
  appendSoon(entry: Omit<AuditEntry, 'id'>, failed?: (error: unknown) => void): Promise<AuditEntry>;
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
  /**
   * Takes the lease and writes the operation under it, with the first rows of its journal; where another has the lease,
   * nothing. One write: the store's disk is waited for once, and writes may be down.
   */
  begin(row: OperationRow, claim: LeaseClaim, rows: readonly Omit<JournalRow, 'sequence'>[]): Promise<Claimed>;
  /**
   * All rows or none. Durable when it resolves: the act may follow. With `under` it rejects with BatonError('already-running') when that
   * lease has passed to another holder or a newer term meanwhile: a console that woke up too late writes nothing.
   */
  append(rows: readonly Omit<JournalRow, 'sequence'>[], under?: Lease): Promise<void>;
  /** As append, in one write with whatever is written next, before it, or a moment later. `failed` is told of its failure at once. */
  appendSoon(
    rows: readonly Omit<JournalRow, 'sequence'>[],
    under: Lease,
    failed?: (error: unknown) => void,
  ): Promise<void>;
  entries(operationId: string): Promise<JournalRow[]>;
  /** With `under` as append. */
  update(id: string, change: Partial<Pick<OperationRow, 'endedAt' | 'outcome' | 'view'>>, under?: Lease): Promise<void>;
  get(id: string): Promise<OperationRow | null>;
  list(query: { limit: number; before?: number; cluster?: string }): Promise<OperationRow[]>;
  /** Operations without an end: what a starting console must take up. */
  unfinished(): Promise<OperationRow[]>;
}

export interface Lease {
  name: string;
  holder: string;
  /** Rises with every new term: a write with an older number is refused. */
  fence: number;
  expiresAt: number;
}

/** `now` and `ttlMs` in milliseconds. */
export interface LeaseClaim {
  name: string;
  holder: string;
  ttlMs: number;
  now: number;
}

export type Claimed = { kind: 'held'; lease: Lease } | { kind: 'taken'; by: Lease };

export interface LeaseStore {
  /**
   * The lease, or who has it. The same holder gets its own lease again, renewed; after it lapsed or was released, with
   * the next fence. Holders are told apart by name alone: make it unique for each process and purpose.
   */
  acquire(claim: LeaseClaim): Promise<Claimed>;
  /** Who had it last: null for nobody. It is held while it has not expired. */
  get(name: string): Promise<Lease | null>;
  /** False when the lease was lost meanwhile; one that lapsed and that nobody else took is not lost. */
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

export interface SeriesQuery {
  cluster: string;
  server: string;
  metric: Metric;
  from: number;
  /** Exclusive. */
  to: number;
  bucketMs: number;
}

export interface SampleSeries {
  /** Length of the buckets: what was asked, or whole minutes where only minutes are kept. Starts are multiples of it. */
  bucketMs: number;
  /** Those that hold something, oldest first: a gap in observation is a bucket that is not there. */
  buckets: SampleBucket[];
}

export interface SampleStore {
  /** One transaction for all samples of a tick. Values that are not finite are left out: a gap. */
  append(samples: readonly Sample[]): Promise<void>;
  /** From seconds or from minute roll-ups, whichever covers the range. */
  series(query: SeriesQuery): Promise<SampleSeries>;
  /**
   * Rolls whole minutes up, and forgets seconds older than 24 h and minutes older than 30 days, in small batches.
   * To be called about once a minute.
   */
  maintain(now: number): Promise<void>;
}

/** Small values by key that outlive the process: each primary's event list, durations of past steps, last known positions. */
export interface MemoryStore {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, at: number): Promise<void>;
  /**
   * Replaces what stands there (null: nothing) by what `change` answers, and leaves it where that is null. One transaction: what a
   * console on the same store writes meanwhile is not lost.
   */
  change(key: string, change: (value: string | null) => string | null, at: number): Promise<void>;
}

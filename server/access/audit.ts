import type { AuditEntry } from '../contract/access.ts';
import type { AuditStore } from '../store/store.ts';

/** What happened; the instant is the audit's own. Never a password, a token or a statement with one. */
export interface AuditRecord {
  actor: { name: string; from: string };
  /** sign-in, sign-out, takeover, dump-download, dump-request, user-add … */
  action: string;
  cluster?: string;
  object?: string;
  result: string;
  operationId?: string;
}

export interface Audit {
  /** Durable when it resolves. Rejects with BatonError('unavailable') when it cannot be written: don't act then. */
  record(record: AuditRecord): Promise<AuditEntry>;
  /**
   * As record, in one write with whatever the store writes next: for a moment in which an application's writes are down. As
   * long as `failed` was not told, what is written next has it along.
   */
  recordSoon(record: AuditRecord, failed?: (error: unknown) => void): Promise<AuditEntry>;
  /** Newest first, numbers below `before`. */
  list(query: { limit: number; before?: number; cluster?: string }): Promise<AuditEntry[]>;
  /** Calls the listener with each entry from now on; answers the function that ends it. */
  listen(listener: (entry: AuditEntry) => void): () => void;
}

/** now: milliseconds since the epoch. */
export function createAudit(store: AuditStore, now: () => number): Audit {
  const listeners = new Set<(entry: AuditEntry) => void>();
  const told = (entry: AuditEntry): AuditEntry => {
    for (const listener of listeners) listener(entry);
    return entry;
  };
  return {
    record: async (record) => told(await store.append(entryOf(record, now()))),
    recordSoon: async (record, failed) => told(await store.appendSoon(entryOf(record, now()), failed)),
    list: (query) => store.list(query),
    listen(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

function entryOf(
  { actor, action, cluster, object, result, operationId }: AuditRecord,
  now: number,
): Omit<AuditEntry, 'id'> {
  return {
    at: new Date(now).toISOString(),
    actor: actor.name,
    from: actor.from,
    action,
    cluster: cluster ?? null,
    object: object ?? null,
    result,
    operationId: operationId ?? null,
  };
}

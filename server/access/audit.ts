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
  /** Newest first, numbers below `before`. */
  list(query: { limit: number; before?: number; cluster?: string }): Promise<AuditEntry[]>;
  /** Calls the listener with each entry from now on; answers the function that ends it. */
  listen(listener: (entry: AuditEntry) => void): () => void;
}

/** now: milliseconds since the epoch. */
export function createAudit(store: AuditStore, now: () => number): Audit {
  const listeners = new Set<(entry: AuditEntry) => void>();
  return {
    async record({ actor, action, cluster, object, result, operationId }) {
      const entry = await store.append({
        at: new Date(now()).toISOString(),
        actor: actor.name,
        from: actor.from,
        action,
        cluster: cluster ?? null,
        object: object ?? null,
        result,
        operationId: operationId ?? null,
      });
      for (const listener of listeners) listener(entry);
      return entry;
    },
    list: (query) => store.list(query),
    listen(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

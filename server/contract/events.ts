import type { AuditEntry } from './access.ts';
import type { Operation } from './operation.ts';
import type { ClusterSnapshot } from './snapshot.ts';

/**
 * What GET /events sends: `event:` is the kind, `data:` the JSON of the value, `id:` rises by one.
 * A snapshot is the newest of one cluster; an operation is the whole of it after a change.
 */
export type ServerEvent =
  | { kind: 'snapshot'; value: ClusterSnapshot }
  | { kind: 'operation'; value: Operation }
  | { kind: 'audit'; value: AuditEntry };

import type { UnreachableReason } from '../contract/snapshot.ts';
import type { SqlFailureKind } from '../mariadb/sql-error.ts';

/** Whether a server that can't be used answers all the same: an account refused, or no connection left, is no sign of death. */
export function speaks(failure: UnreachableReason | SqlFailureKind): boolean {
  return failure === 'access-denied' || failure === 'too-many-connections' || failure === 'tls';
}

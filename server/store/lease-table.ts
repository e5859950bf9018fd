import { BatonError } from '../contract/errors.ts';
import type { Connection, Row, Work } from './connection.ts';
import { number, text } from './row.ts';
import type { Claimed, Lease, LeaseClaim, LeaseStore } from './store.ts';

const toLease = (row: Row): Lease => ({
  name: text(row, 'name'),
  holder: text(row, 'holder'),
  fence: number(row, 'fence'),
  expiresAt: number(row, 'expires_at'),
});

const find = (work: Work, name: string): Lease | null => {
  const row = work.get('SELECT * FROM leases WHERE name = ?', name);
  return row === null ? null : toLease(row);
};

/** A released lease keeps its row, because the fence must go on rising; this instant marks it. */
const released = 0;

/**
 * Inside a write: throws BatonError('already-running') when the lease has passed to a newer holder, so that a process
 * that was asleep while it lapsed cannot write as if it still held it.
 */
export function requireLease(work: Work, lease: Lease): void {
  const current = find(work, lease.name);
  if (current?.fence === lease.fence && current.holder === lease.holder && current.expiresAt !== released) return;
  throw new BatonError(
    'already-running',
    `The lease "${lease.name}" was lost${current === null ? '' : ` to ${current.holder}`}.`,
    'Look at the running operation.',
    { lease: current },
  );
}

/** Inside a write: as LeaseStore.acquire. */
export function claimLease(work: Work, { name, holder, ttlMs, now }: LeaseClaim): Claimed {
  const current = find(work, name);
  if (current !== null && current.expiresAt > now) {
    if (current.holder !== holder) return { kind: 'taken', by: current };
    const renewed = { ...current, expiresAt: now + ttlMs };
    work.run('UPDATE leases SET expires_at = ? WHERE name = ?', renewed.expiresAt, name);
    return { kind: 'held', lease: renewed };
  }
  // A lapsed lease begins a new term even for its old holder: what it wrote before it lapsed stays fenced off.
  const lease: Lease = { name, holder, fence: (current?.fence ?? 0) + 1, expiresAt: now + ttlMs };
  work.run('REPLACE INTO leases VALUES (?, ?, ?, ?)', name, holder, lease.fence, lease.expiresAt);
  return { kind: 'held', lease };
}

/** Leases whose fence rises with each term. */
export function leaseTable(connection: Connection): LeaseStore {
  return {
    acquire: (claim) => connection.write((work) => claimLease(work, claim)),

    get: (name) => connection.read((work) => find(work, name)),

    renew: (lease, ttlMs, now) =>
      connection.write(
        (work) =>
          work.run(
            'UPDATE leases SET expires_at = ? WHERE name = ? AND holder = ? AND fence = ? AND expires_at <> ?',
            now + ttlMs,
            lease.name,
            lease.holder,
            lease.fence,
            released,
          ) === 1,
      ),

    release: async (lease) => {
      await connection.write((work) =>
        work.run(
          'UPDATE leases SET expires_at = ? WHERE name = ? AND holder = ? AND fence = ?',
          released,
          lease.name,
          lease.holder,
          lease.fence,
        ),
      );
    },
  };
}

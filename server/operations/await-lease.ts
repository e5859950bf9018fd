import { setTimeout as delay } from 'node:timers/promises';
import type { LeaseStore } from '../store/store.ts';
import { LeaseKeeper } from './lease-keeper.ts';

const PAUSE_MS = 200;

/**
 * Takes the lease of a console that may be dead: waits until it lapses, or, where it is not to wait, takes it only if it
 * has. Answers null when its holder renews it, which means that it lives. A holder that is surely gone is not waited for.
 */
export async function awaitLease(
  parts: {
    readonly leases: LeaseStore;
    readonly holder: string;
    readonly now: () => number;
    readonly isGone?: (holder: string) => boolean;
  },
  name: string,
  waits: boolean,
): Promise<LeaseKeeper | null> {
  let firstSeen: { holder: string; expiresAt: number } | null = null;
  for (;;) {
    const acquired = await LeaseKeeper.acquire(parts.leases, name, parts.holder, parts.now);
    if (acquired.kind === 'held') return acquired.keeper;
    const { by } = acquired;
    if (parts.isGone?.(by.holder)) {
      await parts.leases.release(by);
      continue;
    }
    if (!waits) return null;
    firstSeen ??= by;
    if (by.holder !== firstSeen.holder || by.expiresAt > firstSeen.expiresAt) return null;
    await delay(PAUSE_MS);
  }
}

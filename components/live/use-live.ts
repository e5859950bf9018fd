'use client';

import { useSyncExternalStore } from 'react';
import type { Permission, Session } from '../../server/contract/access.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import type { LiveState } from './live-state.ts';
import { useLiveContext } from './live-provider.tsx';
import { onTick } from './ticker.ts';

/** A part of what the page knows. `select` answers the same object for the same state. */
export function useLive<T>(select: (state: LiveState) => T): T {
  const { store } = useLiveContext();
  return useSyncExternalStore(
    (listener) => store.subscribe(listener),
    () => select(store.state()),
    () => select(store.state()),
  );
}

export const useClusters = (): readonly ClusterSnapshot[] => useLive((state) => state.clusters);

/** The newest snapshot of a cluster; null when the console no longer has one of that name. */
export const useCluster = (name: string): ClusterSnapshot | null =>
  useLive((state) => state.clusters.find((cluster) => cluster.name === name) ?? null);

export const useSession = (): Session => useLiveContext().session;

/** A text or number that depends on the console's clock, milliseconds; renders again only when it changes. */
export function useClock<T extends string | number | boolean>(read: (nowMs: number) => T): T {
  const { store, renderedAtMs } = useLiveContext();
  return useSyncExternalStore(
    onTick,
    () => read(store.clock.now(performance.now())),
    () => read(renderedAtMs),
  );
}

const roleFor: Record<Permission, string> = {
  view: 'viewer',
  download: 'operator',
  operate: 'operator',
  administer: 'admin',
};

/** Why nothing can be changed now, whoever asks; null when it can. */
function useNoContact(): string | null {
  const connection = useLive((state) => state.connection.kind);
  if (connection === 'lost') return 'No contact with the console: nothing can be changed until it is back.';
  return connection === 'signed-out' ? 'Your session has ended: sign in again to go on.' : null;
}

/** Null when this visitor may act now; else why not, in words that stand beside the disabled button. */
export function useWhyNot(permission: Permission): string | null {
  const session = useSession();
  const noContact = useNoContact();
  if (noContact !== null) return noContact;
  if (session.permissions.includes(permission)) return null;
  if (session.takeover !== null) return `You are here for the takeover of ${session.takeover.server} alone.`;
  return `${session.username} is ${article(session.role)} and sees everything; this takes the ${roleFor[permission]} role.`;
}

/** As useWhyNot, for a takeover of that server: a session that is for it alone may do it as well. */
export function useWhyNotTakeOver(cluster: string, server: string): string | null {
  const { takeover } = useSession();
  const noContact = useNoContact();
  const whyNot = useWhyNot('operate');
  return takeover?.cluster === cluster && takeover.server === server ? noContact : whyNot;
}

const article = (word: string): string => `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;

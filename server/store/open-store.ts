import { BatonError } from '../contract/errors.ts';
import { openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

/**
 * Opens the store that `console.store` names ("sqlite:///srv/baton/console.sqlite").
 * Rejects with BatonError('invalid') for another kind of address and BatonError('unavailable') when it cannot be opened.
 */
export async function openStore(url: string): Promise<Store> {
  const path = /^sqlite:\/\/(\/.+)$/.exec(url)?.[1];
  if (path === undefined) {
    throw new BatonError('invalid', `console.store is "${url}".`, 'Write it as sqlite:///path/to/file.sqlite.');
  }
  return openSqliteStore(path);
}

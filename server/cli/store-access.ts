import { userInfo } from 'node:os';
import { commandLineActor, type Actor } from '../access/actor.ts';
import { createAccess, type Access } from '../access/access.ts';
import type { consoleConfiguration } from '../contract/configuration/console.ts';
import { openStore } from '../store/open-store.ts';
import { consoleSection } from './configuration-file.ts';
import type { z } from 'zod';

/** The users, tokens and audit of a store, and who acts on them from the command line. */
export interface OpenAccess {
  readonly access: Access;
  readonly actor: Actor;
}

/** Opens the store of the configuration directly, for as long as `work` takes: no console need run. */
export async function withAccess<T>(config: string | undefined, work: (open: OpenAccess) => Promise<T>): Promise<T> {
  return await withStoreOf(await consoleSection(config), work);
}

/** As withAccess, for a console: section that was read already. Rejects with BatonError('unavailable'). */
export async function withStoreOf<T>(
  console: z.output<typeof consoleConfiguration>,
  work: (open: OpenAccess) => Promise<T>,
): Promise<T> {
  const store = await openStore(console.store);
  try {
    const access = createAccess(store, { now: Date.now, sessionHours: console.sessionHours });
    return await work({ access, actor: commandLineActor(userInfo().username) });
  } finally {
    await store.close();
  }
}

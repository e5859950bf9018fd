import { createAccess } from '../../access/access.ts';
import { commandLineActor } from '../../access/actor.ts';
import { openStore } from '../../store/open-store.ts';
import { readFile, writeFile } from 'node:fs/promises';
import type { Layout } from './layout.ts';
import { keptSecret } from './secrets.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly token: string;
}

const username = 'admin';
const tokenName = 'demo';

/** Gives the store an admin and an API token, the same ones in each run; both are put right where somebody changed them. */
export async function admit(paths: Layout): Promise<Credentials> {
  const password = await keptSecret(paths.secret('admin-password'), 10);
  const store = await openStore(`sqlite://${paths.store}`);
  try {
    const access = createAccess(store, { now: Date.now, sessionHours: 12 });
    const actor = commandLineActor('demo');
    const users = await access.users.list(actor);
    if (users.some((user) => user.username === username)) await access.users.setPassword(actor, username, password);
    else await access.users.add(actor, { username, password, role: 'admin' });

    const tokenFile = paths.secret('api-token');
    const kept = await readFile(tokenFile, 'utf8').catch(() => '');
    if (kept !== '' && (await access.tokens.actorOf(kept, 'cli')) !== null) return { username, password, token: kept };
    if ((await access.tokens.list(actor)).some(({ name }) => name === tokenName)) {
      await access.tokens.revoke(actor, tokenName);
    }
    const { token } = await access.tokens.create(actor, { name: tokenName, role: 'admin' });
    await writeFile(tokenFile, token, { mode: 0o600 });
    return { username, password, token };
  } finally {
    await store.close();
  }
}

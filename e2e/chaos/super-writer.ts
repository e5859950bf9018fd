import { setTimeout as delay } from 'node:timers/promises';
import { SqlError } from '../../server/mariadb/sql-error.ts';
import type { SandboxServer } from '../../server/sandbox/server-process.ts';

/** A client that read_only does not stop, since it may SUPER: connects, writes once and leaves, in a loop. */
export function startSuperWriter(server: SandboxServer): { stop(): Promise<readonly string[]> } {
  const acknowledged: string[] = [];
  const ending = new AbortController();
  const running = (async () => {
    for (let count = 1; !ending.signal.aborted; count += 1) {
      const uid = `super-${server.name}-${count}`;
      try {
        const session = await server.session();
        try {
          await session.query('INSERT INTO shop.orders (uid) VALUES (?)', { timeoutMs: 1_000, values: [uid] });
          acknowledged.push(uid);
        } finally {
          session.destroy();
        }
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
      }
      await delay(2);
    }
  })();
  return {
    async stop() {
      ending.abort();
      await running;
      return acknowledged;
    },
  };
}

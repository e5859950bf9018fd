import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../../server/mariadb/connection.ts';
import { SqlError } from '../../server/mariadb/sql-error.ts';
import type { SandboxServer } from '../../server/sandbox/server-process.ts';

/** A client that read_only does not stop, by that privilege: connects, writes once and leaves, in a loop. */
export async function startPrivilegedWriter(
  server: SandboxServer,
  may: 'SUPER' | 'READ_ONLY ADMIN',
): Promise<{ stop(): Promise<readonly string[]> }> {
  const account = { user: 'privileged', password: randomBytes(12).toString('hex') };
  await server.sql(
    'SET sql_log_bin=0',
    `CREATE OR REPLACE USER ${account.user}@'%' IDENTIFIED BY '${account.password}'`,
    `GRANT INSERT ON shop.* TO ${account.user}@'%'`,
    `GRANT ${may} ON *.* TO ${account.user}@'%'`,
  );
  const { host, port, socket: socketPath } = server;
  const acknowledged: string[] = [];
  const ending = new AbortController();
  const running = (async () => {
    for (let count = 1; !ending.signal.aborted; count += 1) {
      const uid = `privileged-${server.name}-${count}`;
      try {
        const session = await connect({ host, port, socketPath, ...account }, 1_000);
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

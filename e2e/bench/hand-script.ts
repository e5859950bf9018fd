import { connect, type Connection } from '../../server/mariadb/connection.ts';
import type { DemoServer } from '../demo/running-demo.ts';

/**
 * The takeover as a careful person writes it in a script, without checks, locks, journal or undo: the
 * floor that Baton is measured against. Answers milliseconds from the first statement until the new primary is writable.
 */
export async function handScript(
  servers: readonly DemoServer[],
  from: string,
  to: string,
  replication: { readonly user: string; readonly password: string },
): Promise<number> {
  const open = new Map<string, Connection>();
  for (const server of servers) {
    const target = { host: server.host, port: server.port, socketPath: server.socket };
    open.set(server.name, await connect({ ...target, user: server.rootUser, password: server.rootPassword }, 5_000));
  }
  const run = async (name: string, sql: string): Promise<string> => {
    const rows = (await open.get(name)?.query(sql, { timeoutMs: 35_000 })) ?? [];
    return String(Object.values(rows[0] ?? {})[0] ?? '');
  };
  const target = servers.find((server) => server.name === to);
  const follow = (options: string): string =>
    `CHANGE MASTER TO MASTER_HOST='${target?.host}', MASTER_PORT=${target?.port}, MASTER_USER='${replication.user}', ` +
    `MASTER_PASSWORD='${replication.password}', ${options}`;
  try {
    const startedAt = performance.now();
    await run(from, 'SET STATEMENT lock_wait_timeout=3 FOR SET GLOBAL read_only=1');
    const position = await run(from, 'SELECT @@gtid_binlog_pos');
    if ((await run(to, `SELECT MASTER_GTID_WAIT('${position}', 30)`)) !== '0')
      throw new Error('the replica did not catch up');
    await run(to, 'STOP SLAVE');
    await run(to, 'RESET SLAVE ALL');
    await run(to, 'SET GLOBAL read_only=0');
    const tookMs = performance.now() - startedAt;
    for (const server of servers) {
      if (server.name === to) continue;
      if (server.name === from) await run(from, 'SET GLOBAL gtid_slave_pos=@@gtid_binlog_pos');
      else await run(server.name, 'STOP SLAVE');
      await run(server.name, follow('MASTER_USE_GTID=slave_pos'));
      await run(server.name, 'START SLAVE');
    }
    return tookMs;
  } finally {
    for (const connection of open.values()) connection.destroy();
  }
}

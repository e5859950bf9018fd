import { connect, type Connection, type Row } from '../../server/mariadb/connection.ts';
import { SqlError } from '../../server/mariadb/sql-error.ts';
import type { DemoServer } from '../demo/running-demo.ts';
import { follow, type BenchCluster } from './bench-cluster.ts';
import type { Contender } from './contender.ts';

/**
 * The statements that a careful person writes in a script, sent by a program that runs already, without checks, locks,
 * journal or undo: the floor that Baton is measured against.
 */
export function bareStatements(cluster: BenchCluster): Contender {
  return {
    name: 'script',
    ready: async () => await Promise.resolve(),
    switchover: async (from, to) => await switchover(cluster, from, to),
    failover: async (dead) => await Promise.resolve(async () => await failover(cluster, dead)),
    rest: async () => await Promise.resolve(),
  };
}

async function switchover(cluster: BenchCluster, from: string, to: string): Promise<void> {
  const hands = await Hands.on(cluster.servers);
  try {
    await hands.run(from, 'SET STATEMENT lock_wait_timeout=3 FOR SET GLOBAL read_only=1');
    const position = await hands.value(from, 'SELECT @@gtid_binlog_pos');
    await hands.reach(to, position);
    await hands.open(to);
    for (const { name } of cluster.servers) {
      if (name === to) continue;
      if (name === from) await hands.run(from, 'SET GLOBAL gtid_slave_pos=@@gtid_binlog_pos');
      await hands.follow(name, cluster.server(to), cluster.replication);
    }
  } finally {
    hands.leave();
  }
}

/** From the look that finds the primary dead: everything received is applied by the replica that received most. */
async function failover(cluster: BenchCluster, dead: string): Promise<void> {
  const [alive, hands] = await Promise.all([
    answers(cluster.server(dead)),
    Hands.on(cluster.servers.filter(({ name }) => name !== dead)),
  ]);
  try {
    if (alive) throw new Error(`${dead} answers`);
    const replicas = cluster.servers.filter(({ name }) => name !== dead).map(({ name }) => name);
    const received = await Promise.all(
      replicas.map(async (name) => {
        const [status] = await hands.run(name, 'SHOW SLAVE STATUS');
        return { name, position: String(status?.['Gtid_IO_Pos'] ?? '') };
      }),
    );
    const [best] = received.toSorted((a, b) => sequence(b.position) - sequence(a.position));
    if (!best) throw new Error('no replica is left');
    await hands.run(best.name, 'STOP SLAVE IO_THREAD');
    await hands.reach(best.name, best.position);
    await hands.open(best.name);
    for (const name of replicas)
      if (name !== best.name) await hands.follow(name, cluster.server(best.name), cluster.replication);
  } finally {
    hands.leave();
  }
}

async function answers({ host, port, rootUser: user, rootPassword: password }: DemoServer): Promise<boolean> {
  try {
    (await connect({ host, port, user, password }, 2_000)).destroy();
    return true;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return false;
  }
}

/** Of the only domain there is: the number behind the last dash. */
const sequence = (position: string): number => Number(position.slice(position.lastIndexOf('-') + 1));

/** An open root connection to each server, and what is done more than once. */
class Hands {
  readonly #open: ReadonlyMap<string, Connection>;

  private constructor(open: ReadonlyMap<string, Connection>) {
    this.#open = open;
  }

  static async on(servers: readonly DemoServer[]): Promise<Hands> {
    return new Hands(
      new Map(
        await Promise.all(
          servers.map(async ({ name, host, port, socket: socketPath, rootUser: user, rootPassword: password }) => {
            return [name, await connect({ host, port, socketPath, user, password }, 5_000)] as const;
          }),
        ),
      ),
    );
  }

  async run(server: string, sql: string): Promise<Row[]> {
    return (await this.#open.get(server)?.query(sql, { timeoutMs: 35_000 })) ?? [];
  }

  /** The first column of the first row. */
  async value(server: string, sql: string): Promise<string> {
    const [row] = await this.run(server, sql);
    return String(Object.values(row ?? {})[0] ?? '');
  }

  async reach(server: string, position: string): Promise<void> {
    if ((await this.value(server, `SELECT MASTER_GTID_WAIT('${position}', 30)`)) !== '0')
      throw new Error(`${server} did not reach ${position}`);
  }

  async open(server: string): Promise<void> {
    for (const sql of ['STOP SLAVE', 'RESET SLAVE ALL', 'SET GLOBAL read_only=0']) await this.run(server, sql);
  }

  async follow(server: string, primary: DemoServer, replication: BenchCluster['replication']): Promise<void> {
    for (const sql of ['STOP SLAVE', follow(primary, replication), 'START SLAVE']) await this.run(server, sql);
  }

  leave(): void {
    for (const connection of this.#open.values()) connection.destroy();
  }
}

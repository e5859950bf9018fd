import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { control } from '../../server/cli/sandbox/control-client.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { connect, type Row } from '../../server/mariadb/connection.ts';
import { startWriteLoad, type WriteLoad } from '../../server/sandbox/write-load.ts';
import { ConsoleClient } from '../demo/console-client.ts';
import type { DemoServer, RunningDemo } from '../demo/running-demo.ts';

const WRITES_PER_SECOND = 200;
const demoConfiguration = z.object({
  clusters: z.object({ erp5: z.object({ replication: z.object({ user: z.string(), passwordFile: z.string() }) }) }),
});

/** The servers that all contenders act on, and what is done to them between the rounds. */
export interface BenchCluster {
  /** Where the contenders may keep files. */
  readonly dir: string;
  readonly client: ConsoleClient;
  readonly servers: readonly DemoServer[];
  readonly replication: { readonly user: string; readonly password: string };
  server(name: string): DemoServer;
  /** Runs the statements as root and answers the rows of the last. */
  readonly sql: (server: string, ...statements: string[]) => Promise<Row[]>;
  /** An application that inserts 200 rows a second into whichever server takes them; resolves when they flow. */
  writes(): Promise<WriteLoad>;
  /** kill -9 of the primary; resolves when console and replicas have noticed. */
  kill(server: string): Promise<void>;
  /** Makes it whole: all servers run, `primary` takes writes, the others follow it and have nothing of their own. */
  restore(primary: string): Promise<void>;
}

/** The cluster of a demo that runs. */
export function benchCluster({ dir, file }: RunningDemo): BenchCluster {
  const client = new ConsoleClient(file);
  const servers = file.clusters['erp5']?.servers ?? [];
  const replication = replicationAccount(file.config);
  const server = (name: string): DemoServer => {
    const found = servers.find((one) => one.name === name);
    if (!found) throw new Error(`the demo has no server ${name}`);
    return found;
  };
  const sql: BenchCluster['sql'] = async (name, ...statements) => {
    const { host, port, socket: socketPath, rootUser: user, rootPassword: password } = server(name);
    const connection = await connect({ host, port, socketPath, user, password }, 5_000);
    try {
      let rows: Row[] = [];
      for (const statement of statements) rows = await connection.query(statement, { timeoutMs: 30_000 });
      return rows;
    } finally {
      connection.destroy();
    }
  };
  return {
    dir,
    client,
    servers,
    replication,
    server,
    sql,
    async writes() {
      const load = startWriteLoad({
        servers: servers.map(({ name, host, port }) => ({ name, address: { host, port } })),
        account: { user: servers[0]?.appUser ?? '', password: servers[0]?.appPassword ?? '' },
        perSecond: WRITES_PER_SECOND,
      });
      await load.flowing();
      return load;
    },
    async kill(name) {
      await control(dir, { verb: 'kill', server: name });
      await client.until((snapshot) => noticed(snapshot, name));
    },
    async restore(primary) {
      const { status } = await control(dir, { verb: 'status' });
      for (const { name, pid } of status?.servers ?? [])
        if (pid === null) await control(dir, { verb: 'start', server: name });
      const [row] = await sql(
        primary,
        'STOP ALL SLAVES',
        'RESET SLAVE ALL',
        'SET GLOBAL read_only=0',
        'TRUNCATE TABLE shop.orders',
        'SELECT @@gtid_binlog_pos AS position, @@gtid_binlog_state AS state',
      );
      const others = servers.filter(({ name }) => name !== primary);
      await Promise.all(others.map(async ({ name }) => await sql(name, ...copied(server(primary), replication, row))));
      await client.until((snapshot) => settled(snapshot, primary));
    },
  };
}

/** A replica that has what the primary has, and nothing else: of the demo's tables only this one is written by the bench. */
function copied(primary: DemoServer, replication: BenchCluster['replication'], row: Row | undefined): string[] {
  return [
    'STOP ALL SLAVES',
    'RESET SLAVE ALL',
    'SET GLOBAL read_only=1',
    'SET SESSION sql_log_bin=0',
    'TRUNCATE TABLE shop.orders',
    'RESET MASTER',
    `SET GLOBAL gtid_binlog_state='${String(row?.['state'])}'`,
    `SET GLOBAL gtid_slave_pos='${String(row?.['position'])}'`,
    follow(primary, replication),
    'START SLAVE',
  ];
}

/** CHANGE MASTER as a person writes it. */
export function follow(primary: DemoServer, replication: { readonly user: string; readonly password: string }): string {
  return (
    `CHANGE MASTER TO MASTER_HOST='${primary.host}', MASTER_PORT=${primary.port}, MASTER_USER='${replication.user}', ` +
    `MASTER_PASSWORD='${replication.password}', MASTER_USE_GTID=slave_pos`
  );
}

function settled(snapshot: ClusterSnapshot, primary: string): boolean {
  return (
    snapshot.primary === primary &&
    snapshot.operationId === null &&
    snapshot.servers.every(
      (server) =>
        server.state === 'up' &&
        (server.name === primary ||
          server.replication.some(
            (link) => link.primary === primary && link.ioThread === 'running' && link.sqlThread === 'running',
          )),
    )
  );
}

function noticed({ servers }: ClusterSnapshot, dead: string): boolean {
  return servers.every((server) =>
    server.name === dead
      ? server.state === 'unreachable'
      : server.replication.every(({ ioThread }) => ioThread !== 'running'),
  );
}

function replicationAccount(configurationPath: string): { user: string; password: string } {
  const { clusters } = demoConfiguration.parse(parse(readFileSync(configurationPath, 'utf8')));
  const { user, passwordFile } = clusters.erp5.replication;
  return { user, password: readFileSync(resolve(dirname(configurationPath), passwordFile), 'utf8').trim() };
}

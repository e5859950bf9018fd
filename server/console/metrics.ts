import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Dump } from '../contract/dumps.ts';
import type { Operation } from '../contract/operation.ts';
import type { ClusterSnapshot, ServerSnapshot } from '../contract/snapshot.ts';

/** What the metrics are read from when somebody asks. */
export interface MetricsSource {
  readonly snapshots: () => readonly ClusterSnapshot[];
  readonly dumps: (cluster: string) => readonly Dump[];
  readonly now: () => number;
}

interface Sample {
  readonly labels: Record<string, string>;
  /** null: there is none to tell, so there is no sample. */
  readonly value: number | null;
}

/** Prometheus text of what the last observations say. An unknown value is absent, never 0. */
export function createMetrics(source: MetricsSource): { text(): Promise<string>; ended(operation: Operation): void } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labels: readonly string[], read: () => Iterable<Sample>): void => {
    const made = new Gauge({
      name,
      help,
      labelNames: ['cluster', ...labels],
      registers: [registry],
      collect() {
        this.reset();
        for (const sample of read()) if (sample.value !== null) this.set(sample.labels, sample.value);
      },
    });
    made.reset();
  };
  const servers = (
    read: (server: ServerSnapshot) => Iterable<{ labels?: Record<string, string>; value: number | null }>,
  ) =>
    function* () {
      for (const cluster of source.snapshots()) {
        for (const server of cluster.servers) {
          for (const { labels, value } of read(server)) {
            yield { labels: { cluster: cluster.name, server: server.name, ...labels }, value };
          }
        }
      }
    };
  const ageSeconds = (instant: string | null): number | null =>
    instant === null ? null : (source.now() - Date.parse(instant)) / 1000;

  gauge('baton_problems', 'What is wrong, by its code', ['server', 'code', 'level'], function* () {
    for (const { name, problems } of source.snapshots()) {
      for (const { server, code, level } of problems) {
        yield { labels: { cluster: name, server: server ?? '', code, level }, value: 1 };
      }
    }
  });
  gauge('baton_operation_running', '1 while an operation runs on the cluster', [], function* () {
    for (const { name, operationId } of source.snapshots()) {
      yield { labels: { cluster: name }, value: operationId === null ? 0 : 1 };
    }
  });
  gauge(
    'baton_server_up',
    '1 when the last look at the server succeeded',
    ['server'],
    servers((server) => [{ value: server.state === 'up' ? 1 : 0 }]),
  );
  gauge(
    'baton_server_role',
    '1 for the role the server has',
    ['server', 'role'],
    servers((server) => [{ labels: { role: server.role }, value: 1 }]),
  );
  gauge(
    'baton_server_read_only',
    'read_only of the server',
    ['server'],
    servers((server) => [{ value: server.readOnly === null ? null : Number(server.readOnly) }]),
  );
  gauge(
    'baton_server_writes_per_second',
    'Transactions written to the binary log',
    ['server'],
    servers((server) => [{ value: server.writesPerSecond }]),
  );
  gauge(
    'baton_observation_age_seconds',
    'Age of the values of the server',
    ['server'],
    servers((server) => [{ value: ageSeconds(server.observedAt) }]),
  );
  gauge(
    'baton_poll_duration_seconds',
    'How long the last look that succeeded took',
    ['server'],
    servers((server) => [{ value: server.roundTripMs === null ? null : server.roundTripMs / 1000 }]),
  );
  gauge(
    'baton_server_maintenance',
    '1 while the server is set aside',
    ['server'],
    servers((server) => [{ value: server.maintenance === null ? 0 : 1 }]),
  );
  gauge(
    'baton_agent_up',
    '1 when the agent of the server answers',
    ['server'],
    servers((server) => (server.agent.state === 'none' ? [] : [{ value: server.agent.state === 'up' ? 1 : 0 }])),
  );
  const connections = (
    name: string,
    help: string,
    read: (connection: ServerSnapshot['replication'][number]) => number | null,
  ): void =>
    gauge(
      name,
      help,
      ['server', 'connection'],
      servers((server) =>
        server.replication.map((one) => ({ labels: { connection: one.connection }, value: read(one) })),
      ),
    );
  connections('baton_replica_lag_seconds', 'Measured lag; absent where there is none to tell', (one) => one.lagSeconds);
  connections(
    'baton_replica_transactions_behind',
    'Transactions of the primary that are not applied',
    (one) => one.transactionsBehind,
  );
  connections('baton_replica_io_running', '1 when the IO thread runs', (one) => Number(one.ioThread === 'running'));
  connections('baton_replica_sql_running', '1 when the SQL thread runs', (one) => Number(one.sqlThread === 'running'));

  const newestDumps = (read: (dump: Dump) => number | null) =>
    function* () {
      for (const { name } of source.snapshots()) {
        const newest = new Map<string, Dump>();
        for (const dump of source.dumps(name)) if (!newest.has(dump.server)) newest.set(dump.server, dump);
        for (const [server, dump] of newest) yield { labels: { cluster: name, server }, value: read(dump) };
      }
    };
  gauge(
    'baton_dump_age_seconds',
    "Age of the server's newest whole dump",
    ['server'],
    newestDumps((dump) => ageSeconds(dump.endedAt)),
  );
  gauge(
    'baton_dump_bytes',
    "Size of the server's newest whole dump",
    ['server'],
    newestDumps((dump) => dump.bytes),
  );
  const operations = new Counter({
    name: 'baton_operations_total',
    help: 'Operations that ended since the console started',
    labelNames: ['cluster', 'kind', 'outcome'],
    registers: [registry],
  });
  return {
    text: () => registry.metrics(),
    ended: ({ cluster, kind, outcome }) => operations.inc({ cluster, kind, outcome: outcome ?? 'unknown' }),
  };
}

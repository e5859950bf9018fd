import type { Dump } from '../../contract/dumps.ts';
import type { Operation } from '../../contract/operation.ts';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';

const at = '2026-01-01T00:00:00.000Z';

export function clusterNamed(name: string): ClusterSnapshot {
  return {
    name,
    kind: 'replication',
    sandbox: false,
    observedAt: at,
    health: 'ok',
    problems: [],
    primary: null,
    lag: { warnSeconds: 5, criticalSeconds: 60 },
    pollSeconds: 1,
    servers: [],
    newestDump: null,
    operationId: null,
  };
}

export function operationNamed(id: string, change: Partial<Operation> = {}): Operation {
  return {
    id,
    kind: 'switchover',
    cluster: 'erp5',
    target: 'db-2',
    title: 'Switchover of erp5 to db-2',
    actor: 'ana',
    dryRun: false,
    startedAt: at,
    endedAt: null,
    outcome: null,
    summary: null,
    pointOfNoReturnPassed: false,
    cancelRequested: false,
    writeOutageMs: null,
    interruptions: [],
    steps: [],
    followUps: [],
    ...change,
  };
}

export function dumpNamed(name: string, bytes: number): Dump {
  const whole = { method: 'dump', sha256: 'x', gtid: '0-1-1', startedAt: at, endedAt: at, verified: null } as const;
  return { server: 'db-2', name, bytes, base: null, database: null, ...whole };
}

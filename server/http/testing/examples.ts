import type { BackupRun, VerifyRun } from '../../contract/agent.ts';
import type { Dump } from '../../contract/dumps.ts';
import type { Operation } from '../../contract/operation.ts';
import type { RejoinPlan } from '../../contract/rejoin.ts';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';

/** For tests: when everything here was. */
export const at = '2026-01-01T00:00:00.000Z';

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

export const backupRun: BackupRun = {
  id: 'run-1',
  method: 'dump',
  startedAt: at,
  endedAt: null,
  state: 'running',
  bytes: 0,
  name: null,
  error: null,
};

export function verifyRunOf(name: string): VerifyRun {
  const begun = { startedAt: at, endedAt: null, state: 'running', step: 'unpack', bytes: 0, totalBytes: 10 } as const;
  return { id: 'run-1', name, ...begun, ok: null, text: null };
}

export function rejoinPlanOf(cluster: string, server: string): RejoinPlan {
  return {
    cluster,
    server,
    address: server,
    primary: 'db-1',
    checks: [],
    steps: [],
    extraTransactions: null,
    blocked: false,
    setAside: false,
    confirm: null,
    command: `baton rejoin ${cluster}/${server}`,
    observedAt: at,
  };
}

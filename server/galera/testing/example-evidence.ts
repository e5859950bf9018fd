import type { NodeEvidence } from '../../contract/galera-evidence.ts';
import type { KnownPosition, NodeReport } from '../../contract/galera.ts';
import { ZERO_HISTORY } from '../../contract/galera-status.ts';
import { decide } from '../decide/decide.ts';

/** For tests: three histories, and one instant. */
export const historyA = '6069cfec-e500-11f1-a643-baa0055035f1';
export const historyB = '8b6d2a10-e50c-11f1-9d11-5a2f9c0e7d21';
export const none = ZERO_HISTORY;
export const at = '2026-11-20T17:24:20.000Z';
export const now = Date.parse(at) + 1_000;

/** For tests: `grastate.dat` as Galera writes it. */
export function grastateText(uuid: string, seqno: number | bigint, safe: 0 | 1): string {
  return `# GALERA saved state\nversion: 2.1\nuuid:    ${uuid}\nseqno:   ${seqno}\nsafe_to_bootstrap: ${safe}\n`;
}

/** For tests: a node that was stopped in order at this position. */
export function stopped(name: string, seqno: number, safe: 0 | 1 = 0, change: Partial<NodeEvidence> = {}): NodeReport {
  const raw = grastateText(historyA, seqno, safe);
  const state = { kind: 'read' as const, raw, uuid: historyA, seqno: String(seqno), safeToBootstrap: safe === 1 };
  return seen(name, { grastate: state, ...change });
}

/** For tests: a node that was killed, whose data say this position. */
export function crashed(
  name: string,
  seqno: number | bigint,
  { safe = 0, uuid = historyA, ...change }: Partial<NodeEvidence> & { safe?: 0 | 1; uuid?: string } = {},
): NodeReport {
  const raw = grastateText(uuid, -1, safe);
  return seen(name, {
    grastate: { kind: 'read', raw, uuid, seqno: '-1', safeToBootstrap: safe === 1 },
    recovered: { kind: 'position', uuid, seqno: String(seqno), gtid: null },
    ...change,
  });
}

/** For tests: a node that runs, as it says by SQL. */
export function serving(
  name: string,
  status: Partial<Extract<NodeEvidence['alive'], { kind: 'serving' }>['status']> = {},
): NodeReport {
  return seen(name, {
    alive: {
      kind: 'serving',
      pid: 1,
      status: {
        clusterStatus: 'primary',
        localState: 'Synced',
        ready: true,
        clusterSize: 1,
        stateUuid: historyA,
        lastCommitted: '11730',
        ownId: name,
        members: [name],
        cachedDownto: '11000',
        ...status,
      },
    },
  });
}

/** For tests: evidence of a node, down unless said otherwise. */
export function seen(name: string, change: Partial<NodeEvidence>): NodeReport {
  return {
    kind: 'seen',
    name,
    observedAt: at,
    evidence: {
      server: name,
      observedAt: at,
      dataDirectory: '/srv/data',
      alive: { kind: 'down' },
      grastate: {
        kind: 'read',
        raw: grastateText(historyA, -1, 0),
        uuid: historyA,
        seqno: '-1',
        safeToBootstrap: false,
      },
      gvwstate: { kind: 'missing' },
      recovered: { kind: 'not-run', reason: 'not needed' },
      hasData: true,
      transferLeftovers: [],
      bootstrapSwitches: [],
      kept: false,
      flushLogAtCommit: 1,
      errorLog: { kind: 'not-read', reason: 'an example' },
      ...change,
    },
  };
}

/** For tests: nothing came back in time. */
export function timedOut(name: string): NodeReport {
  return { kind: 'unknown', name, reason: 'no answer within 5 s' };
}

/** For tests: the decision about these nodes, all of them configured. */
export function decideOn(
  reports: readonly NodeReport[],
  records: { floor?: KnownPosition; lastSeen?: Record<string, KnownPosition> } = {},
) {
  return decide({
    members: reports.map(({ name }) => name),
    reports,
    now,
    floor: records.floor ?? null,
    lastSeen: new Map(Object.entries(records.lastSeen ?? {})),
  });
}

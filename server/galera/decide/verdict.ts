import type { Decision, NodeReport, NodeVerdict } from '../../contract/galera.ts';
import type { Reading } from './reading.ts';

/** What a rule says of one node; the rest of its row comes from the evidence. */
export interface Ruling {
  readonly reason: string;
  readonly choice: NodeVerdict['choice'];
  readonly givesUp: readonly string[];
}

/** A node that nobody may choose, and why. */
export const impossible = (reason: string): Ruling => ({ reason, choice: 'impossible', givesUp: [] });

/** What a rule concludes; a refusal unless it says otherwise. */
export type Conclusion = Pick<Decision, 'situation' | 'text'> &
  Partial<Omit<Decision, 'situation' | 'text' | 'nodes'>> & { readonly rule: (reading: Reading) => Ruling };

/** The decision with a row for every configured node, in the order of the configuration. */
export function decided(
  readings: readonly Reading[],
  reports: ReadonlyMap<string, NodeReport>,
  { rule, ...conclusion }: Conclusion,
): Decision {
  return {
    verdict: 'refuse',
    act: 'none',
    doubts: [],
    notes: [],
    recommended: null,
    start: [],
    ...conclusion,
    nodes: readings.map((reading) => row(reading, reports.get(reading.name), rule(reading))),
  };
}

function row(reading: Reading, report: NodeReport | undefined, ruling: Ruling): NodeVerdict {
  const evidence = report?.kind === 'seen' ? report.evidence : null;
  const state = evidence?.grastate.kind === 'read' ? evidence.grastate : null;
  const position = positionIn(reading);
  return {
    name: reading.name,
    alive: reading.kind === 'unknown' ? (evidence?.alive.kind ?? 'unknown') : reading.kind,
    uuid: position?.uuid ?? state?.uuid ?? null,
    seqno: position?.seqno.toString() ?? state?.seqno ?? null,
    gtid: position?.gtid ?? null,
    safeToBootstrap: state?.safeToBootstrap ?? null,
    whole: reading.kind === 'down' && reading.flaw === null,
    source: position?.source ?? (state === null ? null : 'grastate'),
    observedAt: report?.kind === 'seen' ? report.observedAt : null,
    ...ruling,
    givesUp: [...ruling.givesUp],
  };
}

function positionIn(reading: Reading) {
  if (reading.kind === 'down') return reading.position;
  if (reading.kind !== 'serving') return null;
  const { stateUuid: uuid, lastCommitted } = reading.status;
  return { uuid, seqno: BigInt(lastCommitted), gtid: null, source: 'status' as const };
}

import {
  assert,
  bigInt,
  boolean,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  property,
  record,
  tuple,
  type Arbitrary,
} from 'fast-check';
import { expect, test } from 'vitest';
import type { NodeEvidence } from '../../contract/galera-evidence.ts';
import type { Decision, NodeReport } from '../../contract/galera.ts';
import { crashed, decideOn, historyA, historyB, none, seen, serving, timedOut } from '../testing/example-evidence.ts';

const history = constantFrom(historyA, historyA, historyA, historyB, none);
const seqno = oneof(integer({ min: -1, max: 12 }).map(BigInt), bigInt({ min: 0n, max: 2n ** 63n - 1n }));

const grastate: Arbitrary<NodeEvidence['grastate']> = oneof(
  {
    weight: 6,
    arbitrary: record({ uuid: history, seqno, safe: boolean() }).map(({ uuid, seqno: at, safe }) => ({
      kind: 'read' as const,
      raw: '',
      uuid,
      seqno: String(at),
      safeToBootstrap: safe,
    })),
  },
  constant({ kind: 'missing' as const }),
  constant({ kind: 'invalid' as const, raw: '', reason: 'it is empty' }),
  constant({ kind: 'unreadable' as const, error: 'EACCES' }),
);
const recovered: Arbitrary<NodeEvidence['recovered']> = oneof(
  {
    weight: 4,
    arbitrary: record({ uuid: history, seqno }).map(({ uuid, seqno: at }) => ({
      kind: 'position' as const,
      uuid,
      seqno: String(at),
      gtid: null,
    })),
  },
  constant({ kind: 'failed' as const, reason: 'it told no position' }),
  constant({ kind: 'not-run' as const, reason: 'not needed' }),
);
const downEvidence = record({
  grastate,
  recovered,
  hasData: oneof({ weight: 6, arbitrary: constant(true) }, constant(false)),
  transferLeftovers: oneof({ weight: 5, arbitrary: constant<string[]>([]) }, constant<string[]>(['sst_in_progress'])),
});
const anyNode = (name: string): Arbitrary<NodeReport> =>
  oneof(
    { weight: 12, arbitrary: downEvidence.map((evidence) => seen(name, evidence)) },
    { weight: 6, arbitrary: seqno.map((at) => crashed(name, at)) },
    constant(timedOut(name)),
    constant(seen(name, { alive: { kind: 'waiting', pid: 1, position: `${historyA}:12` } })),
    constant(seen(name, { alive: { kind: 'silent', pid: 1, detail: 'frozen' } })),
    constantFrom('primary' as const, 'non-primary' as const).map((clusterStatus) => serving(name, { clusterStatus })),
  );
const cluster = integer({ min: 1, max: 5 }).chain((size) =>
  tuple(...Array.from({ length: size }, (_, index) => anyNode(`db-${index + 1}`))),
);

/** What is written down of a node, by other means than those of the decision. */
const facts = (report: NodeReport) => {
  if (report.kind === 'unknown') return { down: false, histories: [], whole: false, transfers: 0, seqnos: [] };
  const { grastate: state, recovered: told, alive, hasData, transferLeftovers } = report.evidence;
  const pairs = [
    ...(state.kind === 'read' ? [{ uuid: state.uuid, seqno: BigInt(state.seqno) }] : []),
    ...(told.kind === 'position' ? [{ uuid: told.uuid, seqno: BigInt(told.seqno) }] : []),
  ].filter(({ uuid }) => uuid !== none);
  return {
    down: alive.kind === 'down',
    transfers: transferLeftovers.length,
    histories: pairs.map(({ uuid }) => uuid),
    whole: hasData && transferLeftovers.length === 0 && state.kind === 'read' && state.uuid !== none,
    // A position that the clean end wrote wins over what InnoDB says: it was not asked then.
    seqnos: pairs
      .map((pair) => pair.seqno)
      .filter((at) => at >= 0n)
      .slice(0, 1),
  };
};

const runs = { numRuns: 3_000 };
const bootstraps = (decision: Decision): boolean => decision.verdict === 'green' && decision.act === 'bootstrap';

/** The facts of the recommended node. */
function winnerOf(reports: readonly NodeReport[], { recommended }: Decision) {
  const report = reports.find(({ name }) => name === recommended);
  if (!report) throw new Error('nobody is recommended');
  return facts(report);
}

test('green is a whole node of the one history, proven down with all others, and nobody is ahead of it', () => {
  let greens = 0;
  assert(
    property(cluster, (reports) => {
      const decision = decideOn(reports);
      if (!bootstraps(decision)) return true;
      greens += 1;
      const known = reports.map(facts);
      const winner = winnerOf(reports, decision);
      const [top = -1n] = winner.seqnos;
      return (
        known.every(({ down }) => down) &&
        new Set(known.flatMap(({ histories }) => histories)).size === 1 &&
        winner.whole &&
        top >= 0n &&
        known.every(({ seqnos }) => seqnos.every((at) => at <= top))
      );
    }),
    runs,
  );
  // The property must have had something to say.
  expect(greens).toBeGreaterThan(50);
});

test('who is recommended to a person is not behind a whole node, nor in the middle of a state transfer', () => {
  let humans = 0;
  assert(
    property(cluster, (reports) => {
      const decision = decideOn(reports);
      if (decision.verdict !== 'human' || decision.act !== 'bootstrap') return true;
      humans += 1;
      const winner = winnerOf(reports, decision);
      const [top = -1n] = winner.seqnos;
      const whole = reports.map(facts).filter((node) => node.whole && node.seqnos.length > 0);
      return winner.transfers === 0 && whole.every((node) => winner.whole && (node.seqnos[0] ?? 0n) <= top);
    }),
    runs,
  );
  expect(humans).toBeGreaterThan(50);
});

test('two histories never get a green, and nobody is recommended', () => {
  assert(
    property(cluster, (reports) => {
      if (new Set(reports.flatMap((report) => facts(report).histories)).size < 2) return true;
      const decision = decideOn(reports);
      return decision.verdict !== 'green' && (decision.act !== 'bootstrap' || decision.recommended === null);
    }),
    runs,
  );
});

test('to know less never makes it green: a time-out is unknown, never down', () => {
  assert(
    property(cluster, nat(), (reports, pick) => {
      const blind = reports.map((report, index) => (index === pick % reports.length ? timedOut(report.name) : report));
      const decision = decideOn(blind);
      return decision.verdict !== 'green' && decision.recommended === null;
    }),
    runs,
  );
});

test('to learn of a node that is ahead, or of another history, never leaves the green of who was chosen without it', () => {
  assert(
    property(cluster, bigInt({ min: 1n, max: 1_000n }), boolean(), (reports, beyond, foreign) => {
      const decision = decideOn(reports);
      if (!bootstraps(decision)) return true;
      const [top = 0n] = winnerOf(reports, decision).seqnos;
      const named = reports.flatMap((report) => facts(report).histories)[0];
      const other = named === historyB ? historyA : historyB;
      const late = crashed('late', top + beyond, { uuid: foreign ? other : (named ?? historyA) });
      const after = decideOn([...reports, late]);
      return foreign ? after.verdict === 'refuse' : after.recommended === 'late';
    }),
    runs,
  );
});

test('every node has a row and a reason, and a choice that is not green says what is given up', () => {
  assert(
    property(cluster, (reports) => {
      const decision = decideOn(reports);
      const recommended = decision.nodes.filter(({ choice }) => choice === 'recommended');
      return (
        decision.nodes.map(({ name }) => name).join() === reports.map(({ name }) => name).join() &&
        decision.nodes.every(({ reason }) => reason.length > 8) &&
        recommended.map(({ name }) => name).join() === (decision.recommended ?? '') &&
        (decision.verdict === 'refuse') === (decision.recommended === null) &&
        recommended.every(({ givesUp }) => (decision.verdict === 'green') === (givesUp.length === 0))
      );
    }),
    runs,
  );
});

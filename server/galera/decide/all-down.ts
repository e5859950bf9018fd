import { POSITION_UNREAD } from '../../contract/galera-evidence.ts';
import type { Decision } from '../../contract/galera.ts';
import { ZERO_HISTORY } from '../../contract/galera-status.ts';
import type { Scene } from './decide.ts';
import { doubtsOfRecords } from './known-positions.ts';
import { historiesOf, listed, short, whyNoPosition, type DownNode, type Position, type Reading } from './reading.ts';
import { decided, impossible, type Ruling } from './verdict.ts';

/** A node with the position that counts for it. */
type Placed = DownNode & { readonly position: Position };

/** Nobody runs, as far as is known: who has the last transaction? */
export function decideAllDown(scene: Scene): Decision {
  const { readings, reports } = scene;
  const unknown = readings.filter((reading) => reading.kind === 'unknown');
  const down = readings.filter((reading) => reading.kind === 'down');
  const unread = down.filter(
    ({ evidence: { recovered } }) => recovered.kind === 'not-run' && recovered.reason === POSITION_UNREAD,
  );
  if (unread.length > 0) {
    return decided(readings, reports, {
      situation: 'all-down',
      text: `No node runs, as far as is known. Where ${listed(unread.map(({ name }) => name))} stopped is not read yet.`,
      rule: (reading) =>
        impossible(
          unread.some(({ name }) => name === reading.name)
            ? POSITION_UNREAD
            : 'the positions of the others are not read yet',
        ),
    });
  }
  const histories = [...new Set(down.flatMap(historiesOf))];
  const whole = down.filter((node) => node.flaw === null && node.position !== null);
  const restored = whole.length === 0;
  const candidates = (restored ? unnamed(down) : whole).filter(placed);
  const notes = notesOn(candidates);
  const risks = unknown.map((reading) => riskOf(reading, scene));
  const [best] = candidates.toSorted(byPosition);
  if (!best) {
    return decided(readings, reports, {
      situation: unknown.length > 0 ? 'member-unknown' : 'no-candidate',
      text:
        unknown.length > 0
          ? `Nothing is known of ${listed(unknown.map(({ name }) => name))}, and no other node can begin the cluster.`
          : withoutHistory(down)
            ? 'No node has a history: the cluster ran without one. Compare their data by hand, begin with one of them by hand, and let the others take a full copy.'
            : 'No node can begin the cluster: restore one from a backup.',
      rule: (reading) => impossible(flawWords(reading)),
    });
  }
  if (histories.length > 1) {
    return decided(readings, reports, {
      situation: 'two-histories',
      act: 'bootstrap',
      text: `There are ${histories.length} histories, ${histories.map(short).join(' and ')}: who is chosen erases the rows of the others by a full copy.`,
      doubts: histories.map((uuid) => `${short(uuid)}: ${namesIn(down, uuid)}`),
      notes,
      rule: (reading) => ruleApart(reading, candidates, down, risks),
    });
  }
  const doubts = doubtsOn(scene, best, down, restored);
  const verdict = unknown.length > 0 ? 'refuse' : doubts.length > 0 ? 'human' : 'green';
  return decided(readings, reports, {
    situation: unknown.length > 0 ? 'member-unknown' : 'all-down',
    verdict,
    act: 'bootstrap',
    text:
      unknown.length > 0
        ? `Nothing is known of ${listed(unknown.map(({ name }) => name))}: it may have the last transaction, or run.`
        : `All nodes are down. ${best.name} has the last committed transaction: ${best.position.seqno}.`,
    doubts,
    notes,
    recommended: unknown.length > 0 ? null : best.name,
    rule: (reading) => rule(reading, best, candidates, { doubts, risks, refused: unknown.length > 0 }),
  });
}

const placed = (node: DownNode): node is Placed => node.position !== null;

/**
 * After a crash in a DDL every node names no history while InnoDB has a position in the same one. Where only some are so,
 * theirs was a state transfer. Node without data apart, all have to be so.
 */
function unnamed(down: readonly DownNode[]): DownNode[] {
  const filled = down.filter(({ evidence }) => evidence.hasData && !evidence.kept);
  const all = filled.every(
    ({ evidence: { grastate, transferLeftovers }, position }) =>
      grastate.kind === 'read' && grastate.uuid === ZERO_HISTORY && transferLeftovers.length === 0 && position !== null,
  );
  return all ? filled : [];
}

/** What nodes that came back without a position leave behind: InnoDB counts in no history either. */
function withoutHistory(down: readonly DownNode[]): boolean {
  return down.some(
    ({ evidence: { recovered } }) =>
      recovered.kind === 'position' && recovered.uuid === ZERO_HISTORY && recovered.seqno !== '-1',
  );
}

/** Highest first; of the same, who may say that it left last; then by the order of the configuration. */
function byPosition(a: Placed, b: Placed): number {
  if (a.position.seqno !== b.position.seqno) return a.position.seqno > b.position.seqno ? -1 : 1;
  return Number(b.safe) - Number(a.safe);
}

/** Why a person has to look first. */
function doubtsOn(scene: Scene, best: Placed, down: readonly DownNode[], restored: boolean): string[] {
  const { seqno, uuid } = best.position;
  const safe = down.filter((node) => node.safe);
  const flagged = safe.filter(({ position }) => position === null || position.seqno < seqno);
  return [
    ...(restored
      ? [
          `no grastate.dat names a history, as after a crash in a DDL: ${short(uuid)}:${seqno} of ${best.name} is written into its own; was one of the nodes being copied at the time, it must not be chosen`,
        ]
      : []),
    ...(safe.length > 1 ? [`${listed(safe.map(({ name }) => name))} all say that they left last`] : []),
    ...flagged.map((node) => `${node.name} says that it left last, and ${placeWords(node)}`),
    ...(restored ? [] : down.flatMap((node) => (node.flaw === null ? [] : doubtOnExcluded(node, best)))),
    ...doubtsOfRecords(scene, { uuid, seqno, name: best.name }),
  ];
}

/** Also of one without data: its files may name a position that went with them. */
function doubtOnExcluded(node: DownNode, best: Placed): string[] {
  if (node.position === null) {
    if (!node.evidence.hasData) return [];
    return [`what ${node.name} holds is not known: ${whyNoPosition(node.evidence)}`];
  }
  if (node.position.seqno <= best.position.seqno) return [];
  return [`${node.name} may not be chosen, and ${placeWords(node)}, beyond ${best.name}`];
}

function placeWords({ position }: DownNode): string {
  return position === null ? 'its position is not known' : `it stands at ${position.seqno}`;
}

function rule(
  reading: Reading,
  best: Placed,
  candidates: readonly Placed[],
  weigh: { readonly doubts: readonly string[]; readonly risks: readonly string[]; readonly refused: boolean },
): Ruling {
  const own = candidates.find(({ name }) => name === reading.name);
  if (!own) return impossible(flawWords(reading));
  if (own === best) {
    const others = candidates.filter((node) => node !== best);
    const tied = others.filter(({ position }) => position.seqno === best.position.seqno);
    const reason =
      tied.length > 0
        ? `it has the last committed transaction, ${best.position.seqno}, as ${tied.length === 1 ? 'has' : 'have'} ${listed(tied.map(({ name }) => name))}${best.safe ? '; it left last' : ''}`
        : `it has the last committed transaction: ${best.position.seqno}`;
    const choice = weigh.refused ? 'with-confirmation' : 'recommended';
    return { reason, choice, givesUp: [...weigh.risks, ...weigh.doubts] };
  }
  const behind = best.position.seqno - own.position.seqno;
  const reason =
    behind === 0n
      ? `not ${own.name}: ${best.name} has the same position, ${best.position.seqno}${best.safe ? ', and left last' : ', and comes first in the configuration'}`
      : `not ${own.name}: it stopped at ${own.position.seqno}, ${best.name} has ${best.position.seqno}`;
  const given =
    behind === 0n
      ? []
      : [
          `up to ${behind} ${behind === 1n ? 'transaction' : 'transactions'} (${own.position.seqno + 1n} to ${best.position.seqno}) that ${best.name} has`,
        ];
  return { reason, choice: 'with-confirmation', givesUp: [...given, ...weigh.risks, ...weigh.doubts] };
}

/** With two histories each is chosen at the cost of the others. */
function ruleApart(
  reading: Reading,
  candidates: readonly Placed[],
  down: readonly DownNode[],
  risks: readonly string[],
): Ruling {
  const own = candidates.find(({ name }) => name === reading.name);
  if (!own) return impossible(flawWords(reading));
  const { uuid, seqno } = own.position;
  const further = candidates.filter(({ position }) => position.uuid === uuid && position.seqno > seqno);
  const others = down.filter((node) => historiesOf(node).some((history) => history !== uuid));
  return {
    reason: `it stands at ${seqno} of the history ${short(uuid)}; ${listed(others.map(({ name }) => name))} ${others.length === 1 ? 'is' : 'are'} of another`,
    choice: 'with-confirmation',
    givesUp: [
      ...others.map(({ name }) => `every row that only ${name} has: it takes a full copy`),
      ...further.map(({ name, position }) => `up to ${position.seqno - seqno} transactions that ${name} has`),
      ...risks,
    ],
  };
}

function flawWords(reading: Reading): string {
  if (reading.kind === 'unknown') return `nothing is known of it: ${reading.reason}`;
  if (reading.kind !== 'down') return 'it runs';
  const { name, flaw, position, evidence } = reading;
  const at = position === null || evidence.kept ? '' : `; InnoDB says ${position.seqno}, which proves nothing then`;
  if (flaw === null) return `not ${name}: its position is not known`;
  return `not ${name}: ${flaw}${flaw === 'its position is not known' ? `: ${whyNoPosition(evidence)}` : at}`;
}

function riskOf({ name, reason }: Extract<Reading, { kind: 'unknown' }>, { lastSeen }: Scene): string {
  const seen = lastSeen.get(name);
  const last = seen ? `, last seen at ${seen.seqno} at ${seen.at}` : '';
  return `whatever only ${name} has (${reason}${last}); if it still runs, there will be two clusters`;
}

function namesIn(down: readonly DownNode[], uuid: string): string {
  return down
    .filter((node) => historiesOf(node).includes(uuid))
    .map(({ name, position }) => (position?.uuid === uuid ? `${name} at ${position.seqno}` : name))
    .join(', ');
}

/** A crash with this setting may have lost what was acknowledged, on every node (measured: on all three at once). */
function notesOn(candidates: readonly Placed[]): string[] {
  const loose = candidates.filter(
    ({ position, evidence }) =>
      position.source === 'recover' && evidence.flushLogAtCommit !== null && evidence.flushLogAtCommit !== 1,
  );
  if (loose.length === 0) return [];
  const values = [...new Set(loose.map(({ evidence }) => evidence.flushLogAtCommit))].join(', ');
  return [
    `${listed(loose.map(({ name }) => name))} crashed with innodb_flush_log_at_trx_commit=${values}: what was acknowledged in the last second may be lost.`,
  ];
}

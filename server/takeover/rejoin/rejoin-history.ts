import type { Check } from '../../contract/takeover.ts';
import { countTransactions, formatGtidList, formatRanges, furthest, reaches } from '../../mariadb/gtid.ts';
import { block, pass, warn } from './rejoin-finding.ts';
import type { RejoinInput } from './rejoin-input.ts';

/** What the server has applied, against what the primary has: nothing of its own, and no gap. */
export function historyChecks(input: RejoinInput): Check[] {
  return [...own(input), ...position(input), ...prepared(input)];
}

function own({ server, primary, extra, copy }: RejoinInput): Check[] {
  const { name, facts, preflight } = server;
  if (!primary || !facts || !preflight) return [];
  if (extra === null) {
    const text = `Whether ${name} has transactions that ${primary.name} lacks can't be told`;
    return [
      block(
        'own-transactions',
        name,
        text,
        `See why ${primary.name} could not be read, and whether it has a binary log.`,
      ),
    ];
  }
  if (extra.length === 0) {
    return facts.logBin
      ? [pass('own-transactions', name, `${name} has nothing that ${primary.name} lacks`)]
      : [warn('own-transactions', name, `${name} has no binary log: whether somebody wrote there can't be told`)];
  }
  const count = countTransactions(extra);
  const text = `${name} has ${count === 1 ? '1 transaction' : `${count} transactions`} that ${primary.name} does not have: ${formatRanges(extra)}`;
  if (copy !== null)
    return [
      warn(
        'own-transactions',
        name,
        `${text}. They are kept as SQL, and set aside with the data of ${name}`,
        `Carry over to ${primary.name} what must not be lost.`,
      ),
    ];
  return [block('own-transactions', name, text, exportFix(name, primary.name))];
}

const exportFix = (server: string, primary: string): string =>
  `Export them as SQL, carry over to ${primary} what must not be lost, and set them aside: ` +
  `${server} then gets a copy of ${primary}, and all that it has is kept.`;

function position({ server, primary, copy }: RejoinInput): Check[] {
  // It begins at the position of the copy.
  if (copy !== null) return [];
  const { name, preflight, facts } = server;
  const there = primary?.preflight;
  if (!primary || !preflight || !there || !facts) return [];
  const stands = furthest(facts.binlogPos, preflight.slave);
  if (stands.length === 0 && there.state.length > 0) {
    return [
      block(
        'position-known',
        name,
        `${name} has no GTID position to go on from`,
        `Give ${name} a copy of ${primary.name}: set its own data aside.`,
      ),
    ];
  }
  if (there.binlogFrom === null)
    return [warn('binlog-covers', primary.name, `Where the binary logs of ${primary.name} begin is not known`)];
  return reaches(stands, there.binlogFrom)
    ? [pass('binlog-covers', primary.name, `${primary.name} still has everything after ${formatGtidList(stands)}`)]
    : [
        block(
          'binlog-covers',
          primary.name,
          `${primary.name} has purged what ${name} would need next: its logs begin at ${formatGtidList(there.binlogFrom)}, ${name} stands at ${formatGtidList(stands)}`,
          `Give ${name} a copy of ${primary.name}: set its own data aside.`,
        ),
      ];
}

function prepared({ server, copy }: RejoinInput): Check[] {
  const count = server.preflight?.prepared ?? 0;
  if (count === 0) return [];
  const text = `${server.name} has ${count} transactions prepared for a two-phase commit: a commit of one would be its own`;
  if (copy !== null)
    return [warn('xa-prepared', server.name, `${text}; they stay in its former data`, 'XA RECOVER lists them.')];
  return [block('xa-prepared', server.name, text, 'XA RECOVER, then XA ROLLBACK each.')];
}

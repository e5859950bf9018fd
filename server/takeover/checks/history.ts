import { advice } from '../../mariadb/advice.ts';
import { countTransactions, extraTransactions, formatRanges, type GtidRange } from '../../mariadb/gtid.ts';
import { answers } from '../classify.ts';
import { transactions } from '../../topology/analysis/finding.ts';
import { bad, either, well, type CheckOf } from './finding.ts';

/**
 * Transactions that only the target has. Against a living primary, read after the target, the answer is exact; against a
 * dead one only what the target wrote itself can be told apart from what it received last.
 */
export const errantTransactions: CheckOf = (_input, { target, oldPrimary, kind }) => {
  const own = target.preflight;
  if (!own || !oldPrimary || kind === 'detach') return [];
  const primary = oldPrimary.preflight;
  const known = primary
    ? [...primary.state, ...primary.slave]
    : oldPrimary.facts
      ? [...oldPrimary.facts.binlogState, ...oldPrimary.facts.slavePos]
      : null;
  if (!known) {
    return [
      bad(
        'errant-transactions',
        target.name,
        `Whether ${target.name} has transactions of its own is not known: ${oldPrimary.name} was never read`,
        `Compare with ${oldPrimary.name} when it is back, before it is made a replica.`,
      ),
    ];
  }
  const extra = extraTransactions(own.state, known, own.slave).filter(
    ({ server, domain }) =>
      primary !== null || server === target.facts?.serverId || !known.some((gtid) => gtid.domain === domain),
  );
  if (extra.length === 0)
    return [well('errant-transactions', target.name, `${target.name} has no transaction of its own`)];
  return [
    bad(
      'errant-transactions',
      target.name,
      `${target.name} has ${transactions(countTransactions(extra))} that ${oldPrimary.name} does not have: ${formatRanges(extra)}`,
      'Look at them in its binary log; then promote another replica, or build this one anew.',
      extra.map(readBinlog),
    ),
  ];
};

/** From the transaction before the first; the names of the files are the server's own. */
function readBinlog({ domain, server, from }: GtidRange): string {
  const start = from > 1n ? `--start-position=${domain}-${server}-${from - 1n} ` : '';
  return `mariadb-binlog -v --base64-output=decode-rows ${start}BINARY-LOG-FILES`;
}

export const xaPrepared: CheckOf = (_input, { oldPrimary, kind }) => {
  if (!oldPrimary || kind === 'detach') return [];
  if (kind === 'failover') {
    return [
      bad(
        'xa-prepared',
        oldPrimary.name,
        `Transactions that were prepared on ${oldPrimary.name} (XA) are not known, and no replica has them`,
        'Where applications use XA: let their transaction manager settle what it has open.',
      ),
    ];
  }
  const prepared = oldPrimary.preflight?.prepared ?? null;
  if (prepared === null) {
    return answers(oldPrimary)
      ? [
          bad(
            'xa-prepared',
            oldPrimary.name,
            `Whether ${oldPrimary.name} has prepared transactions (XA) is not known`,
            `See for yourself, on ${oldPrimary.name}:`,
            advice.preparedTransactions,
          ),
        ]
      : [];
  }
  return [
    either('xa-prepared', oldPrimary.name, prepared === 0, {
      well: `${oldPrimary.name} has no prepared transaction (XA)`,
      bad: `${oldPrimary.name} has ${prepared} prepared transactions (XA), which no replica has`,
      fix: 'Commit or roll them back, each by its name. This lists them:',
      commands: advice.preparedTransactions,
    }),
  ];
};

import { countTransactions, extraTransactions, formatRanges } from '../../mariadb/gtid.ts';
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
    return [bad('errant-transactions', target.name, `Whether ${target.name} has transactions of its own is not known`)];
  }
  const extra = extraTransactions(own.state, known, own.slave).filter(
    ({ server }) => primary !== null || server === target.facts?.serverId,
  );
  if (extra.length === 0)
    return [well('errant-transactions', target.name, `${target.name} has no transaction of its own`)];
  return [
    bad(
      'errant-transactions',
      target.name,
      `${target.name} has ${transactions(countTransactions(extra))} that ${oldPrimary.name} does not have: ${formatRanges(extra)}`,
      'Look at them; then promote another replica, or build this one anew.',
    ),
  ];
};

export const xaPrepared: CheckOf = (_input, { oldPrimary, kind }) => {
  if (!oldPrimary || kind === 'detach') return [];
  const prepared = oldPrimary.preflight?.prepared ?? null;
  if (kind === 'failover' || prepared === null) {
    return answers(oldPrimary) && kind !== 'failover'
      ? [bad('xa-prepared', oldPrimary.name, `Whether ${oldPrimary.name} has prepared transactions (XA) is not known`)]
      : [];
  }
  return [
    either('xa-prepared', oldPrimary.name, prepared === 0, {
      well: `${oldPrimary.name} has no prepared transaction (XA)`,
      bad: `${oldPrimary.name} has ${prepared} prepared transactions (XA), which no replica has`,
      fix: 'Commit or roll them back: XA RECOVER lists them.',
    }),
  ];
};

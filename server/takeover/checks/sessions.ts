import { advice } from '../../mariadb/advice.ts';
import { bad, well, type CheckOf, type Finding } from './finding.ts';
import type { PlannedServer } from '../plan-input.ts';

/** Who holds what others wait for: STOP SLAVE on the target, and the global read lock on the old primary, would wait too. */
export const lockHolders: CheckOf = (_input, { target, oldPrimary, kind }) =>
  [target, ...(kind === 'switchover' && oldPrimary ? [oldPrimary] : [])].flatMap((server) => locksOf(server));

function locksOf({ name, preflight }: PlannedServer): Finding[] {
  if (!preflight) return [];
  const { lockHolders: holders, waitingForLocks: waiting } = preflight;
  if (holders.length > 0) {
    return [
      bad(
        'lock-holders',
        name,
        `Others wait on ${name} for what these hold: ${holders.map(({ text }) => text).join('; ')}`,
        'Let them end, or the takeover may not get its own locks in time. To end one:',
        holders.flatMap(({ id }) => advice.end(id)),
      ),
    ];
  }
  return waiting.length === 0
    ? [well('lock-holders', name, `Nobody waits for a lock on ${name}`)]
    : [
        bad(
          'lock-holders',
          name,
          `Sessions wait for a lock on ${name}, and who holds it can't be told: ${waiting.map(({ text }) => text).join('; ')}`,
          'Look for an idle session with LOCK TABLES or FLUSH TABLES WITH READ LOCK, and let it end:',
          advice.processlist,
        ),
      ];
}

/** Two tools that both move the primary undo each other. */
export const otherTool: CheckOf = (_input, { target, oldPrimary, others, kind }) => {
  const concerned = kind === 'detach' ? [target] : [target, ...(oldPrimary ? [oldPrimary] : []), ...others];
  const seen = concerned.filter(({ preflight }) => preflight !== null && preflight.otherTools.length > 0);
  if (seen.length === 0) return [well('other-tool', null, 'No other tool is seen at work on replication')];
  return seen.map(({ name, preflight }) =>
    bad(
      'other-tool',
      name,
      `Another tool or person is at work on ${name}: ${preflight?.otherTools.map(({ text }) => text).join('; ')}`,
      'Set that tool to maintenance or stop it first: it may undo the takeover, or fail over in the middle of it.',
      preflight?.otherTools.flatMap(({ id }) => advice.end(id)) ?? [],
    ),
  );
};

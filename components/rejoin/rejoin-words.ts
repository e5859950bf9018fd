import type { RejoinPlan } from '../../server/contract/rejoin.ts';
import { counted } from '../format/number.ts';

/** What a rejoin would mean for the server and what it has. */
export function rejoinMeaning({ server, primary, setAside }: RejoinPlan): string {
  if (primary === null) return `There is nobody that ${server} could follow.`;
  if (setAside)
    return `${server} gets a copy of ${primary} and becomes its read-only replica. What only ${server} has is kept as SQL, and all its former data under another name: nothing is deleted.`;
  return `${server} becomes a read-only replica of ${primary}. Its clients’ sessions are ended; nothing that it has is given up.`;
}

/** What the button of the decision says. */
export function rejoinButton({ server, setAside, extraTransactions }: RejoinPlan): string {
  if (!setAside) return `Rejoin ${server}`;
  const count = extraTransactions?.count ?? 0;
  return count === 0 ? `Rejoin ${server} by a copy` : `Set ${counted(count, 'transaction')} aside and rejoin ${server}`;
}

/** What blocks a rejoin and is cured by a copy of the primary. */
const CURED = ['own-transactions', 'position-known', 'binlog-covers', 'follows-nobody'];

/** Whether a copy of the primary is the way on: the server has something of its own, or no way to catch up. */
export function offersCopy({ setAside, primary, checks, extraTransactions }: RejoinPlan): boolean {
  if (setAside || primary === null) return false;
  const blocks = checks.filter(({ level }) => level === 'block');
  const owns = (extraTransactions?.count ?? 0) > 0;
  return blocks.length > 0 && blocks.every(({ code }) => CURED.includes(code)) && (owns || !follows(blocks));
}

/** One that follows the primary already and has nothing of its own needs nothing. */
function follows(blocks: RejoinPlan['checks']): boolean {
  return blocks.some(({ code }) => code === 'follows-nobody');
}

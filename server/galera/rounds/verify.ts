import { messageOf } from '../../contract/errors.ts';
import { done, failed, type Step } from '../../operations/step.ts';
import { wrongOnceSettled } from './look-at.ts';
import { lastOf, type Round, type RoundContext } from './task.ts';

/** Where InnoDB alone has a position, it is read. */
const LOOK_MS = 60_000;

/** Observed, not assumed: all are down, and the one that was stopped last is the one that a recovery would begin with. */
export function verifyStopped(round: Round): Step<RoundContext> {
  const last = lastOf(round);
  return {
    id: 'verify',
    name: 'verify',
    server: 'all',
    deadlineMs: LOOK_MS,
    async run({ look, records, parts }) {
      const { decision } = await look(true);
      const running = decision.nodes.filter(({ name, alive }) => round.order.includes(name) && alive !== 'down');
      if (running.length > 0) return failed(running.map(({ name, alive }) => `${name} is ${alive}`).join('; '));
      if (decision.recommended !== last) return failed([decision.text, ...decision.doubts].join(' '));
      const row = decision.nodes.find(({ name }) => name === last);
      if (!row || row.uuid === null || row.seqno === null) return failed(`where ${last} stopped is not known`);
      const at = new Date(parts.now()).toISOString();
      try {
        await records.setFloor({ uuid: row.uuid, seqno: row.seqno, at });
      } catch (error) {
        return failed(`where ${last} stopped could not be recorded: ${messageOf(error)}`);
      }
      const says = row.safeToBootstrap === true ? ', and says itself that it left last' : '';
      return done([`${last} has the last transaction, ${row.seqno}${says}`, ...decision.doubts].join('; '));
    },
  };
}

/** Observed, not assumed: the cluster is as whole as before. */
export function verifyRestarted({ order }: Round): Step<RoundContext> {
  return {
    id: 'verify',
    name: 'verify',
    server: 'all',
    deadlineMs: LOOK_MS,
    async run(context, act) {
      const wrong = await wrongOnceSettled(context, act, order);
      return wrong === null
        ? done(`${order.join(', ')}: one Primary component, one history, all Synced`)
        : failed(wrong);
    },
  };
}

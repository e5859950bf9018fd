import { BatonError, messageOf } from '../../contract/errors.ts';
import { ZERO_HISTORY } from '../../contract/galera-status.ts';
import { done, failed, type Step, type StepEnd } from '../../operations/step.ts';
import { startPosition } from '../parse/recovered.ts';
import { agentOf, isSynced, statusIn, untilSynced, whyNot, type RecoveryContext } from './context.ts';
import { handsOf } from './hands.ts';
import { memberOf, type Task } from './task.ts';

/** A crash recovery of a large server goes before its first answer. */
const START_MS = 30 * 60_000;
const MAKE_PRIMARY_MS = 60_000;
const LOOK_MS = 15_000;

/**
 * The cluster begins with the chosen node. Never twice: whoever takes it up looks whether the node runs, and where it does
 * not, a person looks first.
 */
export function bootstrap(task: Task): Step<RecoveryContext> {
  return {
    id: 'bootstrap',
    name: 'bootstrap',
    server: task.node,
    deadlineMs: START_MS,
    pointOfNoReturn: true,
    essential: true,
    alreadyDone: async (context) => await runsAsPrimary(context, task.node),
    async run(context, act) {
      if (!act.operation.takenUp) {
        const { grastate } = memberOf(task, task.node);
        const clean = grastate.kind === 'read' && !grastate.seqno.startsWith('-');
        // A clean node has its position in the file, and Galera reads it from there.
        const position = clean ? null : startPosition(task.position);
        act.statement(
          `mariadbd --wsrep-new-cluster${position === null ? '' : ` --wsrep-start-position=${position}`}  -- ${task.node}`,
        );
        const begun = await startOnce(context, task.node, position);
        if (begun) return begun;
      }
      const waited = await untilSynced(context, act, task.node);
      if (waited.kind === 'synced') return done(`${task.node} is Primary`);
      return { kind: 'failed', error: whyNot(task.node, waited), needsHands: true };
    },
    hands: () => [handsOf.bootstrap(task)],
  };
}

/** Asks the agent to bootstrap its node; answers how it ended where it was not begun. */
async function startOnce(context: RecoveryContext, node: string, position: string | null): Promise<StepEnd | null> {
  try {
    await agentOf(context, node).start({ bootstrap: true, position, forgetView: false });
    return null;
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
    // The agent has said no: then nothing was started. Anything else is not known, and looked at.
    const nothingHappened = error.code !== 'unavailable';
    return nothingHappened ? { kind: 'failed', error: error.message, nothingHappened } : null;
  }
}

/** The component of a survivor is made Primary. To do it again does no harm: it is the same component. */
export function makePrimary(task: Task): Step<RecoveryContext> {
  return {
    id: 'make-primary',
    name: 'make primary',
    server: task.node,
    deadlineMs: MAKE_PRIMARY_MS,
    pointOfNoReturn: true,
    essential: true,
    alreadyDone: async (context) => await runsAsPrimary(context, task.node),
    async run(context, act) {
      act.statement(`SET GLOBAL wsrep_provider_options='pc.bootstrap=true'  -- ${task.node}`);
      // Whatever the agent answers, the node itself tells how it came out: also a time-out may have made it Primary.
      const said = await agentOf(context, task.node)
        .makePrimary()
        .then(
          () => '',
          (error: unknown) => `${messageOf(error)} `,
        );
      const waited = await untilSynced(context, act, task.node);
      if (waited.kind === 'synced') return done(`the component of ${task.node} is Primary`);
      return { kind: 'failed', error: `${said}${whyNot(task.node, waited)}`, needsHands: true };
    },
    hands: () => [handsOf.bootstrap(task)],
  };
}

async function runsAsPrimary(context: RecoveryContext, node: string): Promise<string | null> {
  return isSynced(statusIn(await agentOf(context, node).evidence())) ? `${node} is Primary` : null;
}

/** The same history, and its next number: a bootstrap that Galera did differently has begun a new one (measured). */
export function verifyHistory(task: Task): Step<RecoveryContext> {
  return {
    id: 'history',
    name: 'same history',
    server: task.node,
    deadlineMs: LOOK_MS,
    essential: true,
    async run(context) {
      const status = statusIn(await agentOf(context, task.node).evidence());
      if (!status) return failed(`${task.node} does not answer`);
      const { uuid, seqno } = task.position;
      if (status.stateUuid === ZERO_HISTORY) return failed(`${task.node} is Primary without a history`);
      if (status.stateUuid !== uuid)
        return failed(
          `${task.node} has begun a new history, ${status.stateUuid} and not ${uuid}: the others would take full copies`,
        );
      // The start itself is a change of membership, and takes a number.
      const least = BigInt(seqno) + (task.act === 'bootstrap' ? 1n : 0n);
      if (BigInt(status.lastCommitted) < least)
        return failed(`${task.node} stands at ${status.lastCommitted}, behind the ${seqno} that it had`);
      return done(`${uuid.slice(0, 8)} goes on from ${seqno}: ${status.lastCommitted}`);
    },
    hands: () => [handsOf.bootstrap(task)],
  };
}

import { BatonError } from '../../contract/errors.ts';
import type { NodeEvidence } from '../../contract/galera-evidence.ts';
import { done, failed, skipped, type Step, type StepEnd } from '../../operations/step.ts';
import { rawOf } from '../parse/grastate.ts';
import { agentOf, type RecoveryContext } from './context.ts';
import { gather } from './gather.ts';
import { memberOf, membersWith, type Task, type TaskMember } from './task.ts';

/** A crash recovery may be needed once more where somebody has touched a node. */
const POSITION_MS = 5 * 60_000;
const EVIDENCE_MS = POSITION_MS + 10_000;
const ACT_MS = 15_000;

const refused = (error: string): StepEnd => ({ kind: 'refused', error });

/** Under the lease everything is read once more: what was decided holds for what was decided from. */
export function readAgain(): Step<RecoveryContext> {
  return {
    id: 'evidence',
    name: 'read again',
    server: 'all',
    deadlineMs: EVIDENCE_MS,
    readsOnly: true,
    async run({ task, parts }) {
      const { reports } = await gather(parts, POSITION_MS);
      const changes = reports.flatMap((report) => {
        const member = memberOf(task, report.name);
        if (report.kind === 'seen') return changeOf(task, member, report.evidence);
        return member.part === 'unknown' ? [] : [`nothing is known of ${report.name} any more: ${report.reason}`];
      });
      if (changes.length > 0) return refused(`things have changed since the review: ${changes.join('; ')}`);
      return done(`${task.members.length} nodes are as they were when it was decided`);
    },
  };
}

/** What is different at a node from what was decided from, in sentences. */
function changeOf(task: Task, member: TaskMember, { alive, grastate, recovered }: NodeEvidence): string[] {
  const { name, part } = member;
  if (alive.kind === 'serving' && alive.status.clusterStatus === 'primary') return [`${name} is Primary`];
  // It was accepted as unknown: that it can be seen now and is not Primary makes nothing worse.
  if (part === 'unknown') return [];
  const survives = part === 'serving' || (task.act === 'make-primary' && part === 'begin');
  if (survives) return alive.kind === 'serving' ? [] : [`${name} answered, and is ${alive.kind}`];
  if (alive.kind !== 'down') return [`${name} was down, and is ${alive.kind}`];
  if (rawOf(grastate) !== rawOf(member.grastate)) return [`the grastate.dat of ${name} is another`];
  const { position } = member;
  if (position === null || recovered.kind !== 'position') return [];
  if (recovered.uuid === position.uuid && recovered.seqno === position.seqno) return [];
  return [`${name} stood at ${position.seqno}, and stands at ${recovered.seqno}`];
}

/** A stale switch on a second node makes a second cluster: they go first, everywhere. */
export function clearSwitches(): Step<RecoveryContext> {
  return {
    id: 'switches',
    name: 'clear switches',
    server: 'all',
    deadlineMs: ACT_MS,
    async run(context) {
      const { task } = context;
      const reachable = membersWith(task, 'begin', 'join', 'copy', 'keep').filter(
        ({ name, part }) => !(task.act === 'make-primary' && part === 'begin') && name !== '',
      );
      const left = await Promise.all(
        reachable.map(async ({ name }) => {
          const { evidence } = await agentOf(context, name).clearSwitches();
          return evidence.bootstrapSwitches.map((found) => `the options of ${name} say ${found}`);
        }),
      );
      // What somebody wrote into the server's own options is not the agent's to change.
      if (left.flat().length > 0)
        return refused(
          `${left.flat().join('; ')}: its next plain start would begin a second cluster. Take that out first`,
        );
      return done('no node is told to begin a cluster');
    },
  };
}

/** safe_to_bootstrap: 1 on the chosen node, and after a crash in a DDL its history. The former file is kept beside it. */
export function setFlag(task: Task): Step<RecoveryContext> {
  return {
    id: 'flag',
    name: 'mark safe',
    server: task.node,
    deadlineMs: ACT_MS,
    async run(context, act) {
      const { grastate } = memberOf(task, task.node);
      if (grastate.kind !== 'read') return failed(`the grastate.dat of ${task.node} is ${grastate.kind}`);
      if (grastate.safeToBootstrap && !task.restoresHistory) return skipped('it says so already: it left last');
      const history = task.restoresHistory ? task.position.uuid : null;
      const agent = agentOf(context, task.node);
      const { text, backup } = await agent.changeGrastate({ expected: grastate.raw, safeToBootstrap: true, history });
      context.flag = { before: grastate.raw, after: text };
      await act.record('flag', { before: grastate.raw, after: text });
      return done(`the former grastate.dat is kept as ${backup}`);
    },
    async undo(context) {
      const { flag } = context;
      if (flag === null) return { kind: 'nothing' };
      try {
        const agent = agentOf(context, task.node);
        // A history that was written in is not taken out again: it is the one of the data.
        await agent.changeGrastate({ expected: flag.after, safeToBootstrap: false, history: null });
      } catch (error) {
        // Somebody has started the node: Galera writes the file from then on.
        if (error instanceof BatonError && error.code === 'outdated')
          return { kind: 'undone', note: 'its grastate.dat is not the one that was written any more' };
        throw error;
      }
      return { kind: 'undone', note: `${task.node} is not marked any more` };
    },
  };
}

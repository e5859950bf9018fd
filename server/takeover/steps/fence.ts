import { done, skipped, type Step, type StepEnd } from '../../operations/step.ts';
import type { TakeoverContext } from '../context.ts';
import { endFence } from '../end-fence.ts';
import { handsOf } from '../hands.ts';
import { persistedReadOnly, persistReadOnly } from '../persisted-read-only.ts';

/** Keeps the old primary from taking writes when it comes back, by what can be reached of it: its agent. */
export function fence(oldPrimary: string): Step<TakeoverContext> {
  return {
    id: 'fence',
    name: 'fence',
    server: oldPrimary,
    deadlineMs: 10_000,
    async run(context, act) {
      const agent = context.parts.agent(oldPrimary);
      const fencing = (context.task.hooks ?? []).filter((hook) => hook.fence).map(({ name }) => name);
      const byOperator = context.task.accepted.includes('unfenced') ? '; that it is not fenced was accepted' : '';
      const accepted = fencing.length > 0 ? `; fenced by hook ${fencing.join(', ')}` : byOperator;
      const unfenced = (error: unknown): StepEnd => {
        const why = error instanceof Error ? error.message : String(error);
        const text = `Keep ${oldPrimary} read-only when it comes back: its agent could not be asked (${why}).`;
        act.followUp(handsOf.keepReadOnly(context.task.cluster, oldPrimary, text));
        return skipped(`its agent could not be asked${accepted}`);
      };
      if (!agent) return skipped(`${oldPrimary} has no agent${accepted}`);
      // Recorded with the other values, where the agent answered then.
      if (context.persistedBefore === undefined) {
        let before: boolean | null;
        try {
          before = await persistedReadOnly(agent);
        } catch (error) {
          return unfenced(error);
        }
        await act.record('persisted-read-only', before);
        context.persistedBefore = before;
      }
      try {
        await persistReadOnly(agent, true);
        return done(`${oldPrimary} starts read-only when it comes back`);
      } catch (error) {
        return unfenced(error);
      }
    },
    async undo(context, act) {
      const agent = context.parts.agent(oldPrimary);
      // What was there before is put back; where nobody could say what that was, nothing was written. Under another primary the
      // fence holds: it may be that of whoever promoted it.
      if (!agent || context.persistedBefore === undefined || context.overtaken) return { kind: 'nothing' };
      try {
        await agent.persistReadOnly(context.persistedBefore);
      } catch {
        const text = `read_only=1 may be left in the configuration of ${oldPrimary}: its agent does not answer.`;
        return { kind: 'left', note: text, followUps: [handsOf.note(text)] };
      }
      const note = context.persistedBefore === true ? null : await endFence(context, act, oldPrimary);
      return { kind: 'undone', note };
    },
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import { done, skipped, type Act, type Step } from '../../operations/step.ts';
import type { TakeoverAgent } from '../agent.ts';
import type { TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';

const POLL_MS = 250;
/** An upgrade of a large server goes on beside us: meanwhile nobody could fail over from a new primary that dies. */
const WAIT_MS = 3 * 60_000;

/** What may only run on a primary is enabled there, and run once; read_only is written into both configurations. */
export function services(target: string): Step<TakeoverContext> {
  return {
    id: 'services',
    name: 'services',
    server: target,
    deadlineMs: WAIT_MS,
    async run(context, act) {
      const { oldPrimary, kind } = context.task;
      // Both at once: until it is written, a restart would make a second primary of the old one, whoever is slow.
      const persisted = await Promise.all([
        persist(context, act, target, false),
        oldPrimary !== null && kind !== 'detach' ? persist(context, act, oldPrimary, true) : null,
      ]);
      const notes = [...persisted, await startServices(context, act, target)].filter((note) => note !== null);
      if (oldPrimary !== null && kind === 'switchover') noteUnshut(context, act, oldPrimary);
      return notes.length > 0 ? done(notes.join('; ')) : skipped('no agent is configured');
    },
  };
}

/** An agent that was silent at the beginning could shut nothing before the freeze. */
function noteUnshut({ parts, before }: TakeoverContext, act: Act, server: string): void {
  if (!parts.agent(server) || before?.[server]?.services !== null) return;
  act.followUp(
    handsOf.note(`Look that no service of a primary runs on ${server}: its agent did not answer, so none was shut.`),
  );
}

/** Has the agent write read_only for the server's next start; answers what it did, or null where that is left to do. */
export async function persist(
  context: TakeoverContext,
  act: Act,
  server: string,
  readOnly: boolean,
): Promise<string | null> {
  const agent = context.parts.agent(server);
  const word = readOnly ? 'read_only=1' : 'read_only=0';
  if (!agent) {
    act.followUp(
      handsOf.note(
        `${word} is not in the configuration of ${server}, which has no agent: write it there, or a restart undoes it.`,
      ),
    );
    return null;
  }
  try {
    await agent.persistReadOnly(readOnly);
    return `${word} kept for the next start of ${server}`;
  } catch (error) {
    const text = `${word} could not be written into the configuration of ${server}: ${words(error)}`;
    act.followUp(handsOf.keepReadOnly(context.task.cluster, server, text));
    return null;
  }
}

async function startServices(context: TakeoverContext, act: Act, server: string): Promise<string | null> {
  const agent = context.parts.agent(server);
  if (!agent) return null;
  let names: string[];
  try {
    names = (await agent.status()).services.map(({ name }) => name);
  } catch (error) {
    // Which there are is known from before, where the agent answered then.
    const known = context.before?.[server]?.services ?? [];
    const text = `could not be started on ${server}, its agent did not answer: ${words(error)}`;
    if (known.length === 0) act.followUp(handsOf.note(`The services of ${server} ${text}`));
    for (const { name } of known) {
      act.followUp(handsOf.service(context.task.cluster, server, name, 'run', `Service ${name} ${text}`));
    }
    return null;
  }
  const failures = (
    await Promise.all(
      names.map(async (name) => {
        const failure = await runOnce(act, agent, server, name);
        if (failure === null) return [];
        act.followUp(
          failure.goesOn
            ? handsOf.note(failure.text)
            : handsOf.service(context.task.cluster, server, name, 'run', failure.text),
        );
        return [failure.text];
      }),
    )
  ).flat();
  if (names.length === 0) return null;
  return failures.length === 0 ? `${names.join(', ')} enabled and run on ${server}` : failures.join('; ');
}

/** What went wrong, or null. */
async function runOnce(
  act: Act,
  agent: TakeoverAgent,
  server: string,
  name: string,
): Promise<{ readonly text: string; readonly goesOn: boolean } | null> {
  try {
    await agent.service(name, 'enable');
    let run = await agent.service(name, 'run');
    let shown = 0;
    while (run.state === 'running' && act.deadline.remainingMs() > 0) {
      act.waitsFor(`service ${name} to end its run on ${server}`);
      await delay(POLL_MS);
      run = await agent.serviceRun(name, run.id);
      if (run.log.length > shown) act.log(run.log.slice(shown));
      shown = Math.max(shown, run.log.length);
    }
    if (run.log.length > shown) act.log(run.log.slice(shown));
    act.waitsFor(null);
    if (run.state === 'done') return null;
    if (run.state === 'running') {
      const text = `Service ${name} still runs on ${server}, and goes on without us: its agent has the log`;
      return { text, goesOn: true };
    }
    const exit = run.exitCode ?? 'unknown';
    return { text: `Service ${name} failed on ${server} (exit ${exit}): read its log in this step`, goesOn: false };
  } catch (error) {
    return { text: `Service ${name} could not be run on ${server}: ${words(error)}`, goesOn: false };
  }
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { BatonError } from '../../../contract/errors.ts';
import type { Operation } from '../../../contract/operation.ts';
import { stepIdsOf } from '../../testing/cells.ts';
import { FaultyConsole, type Fault } from '../../testing/faulty-console.ts';
import { expectStory, Stage } from '../../testing/stage.ts';
import { doWhatIsLeft } from './do-what-is-left.ts';
import { Losses, losings } from './losses.ts';
import type { Scene } from './scene.ts';

/** How long a server hangs; the deadline of the step is half of it. */
const HANG_MS = 1_200;

/** Declares, for each step of the kind: a cancel in it, its deadline hit, and the connection lost at each of its statements. */
export function playFaults({ kind, begin, look }: Scene): void {
  let stage: Stage | null = null;
  let console: FaultyConsole | null = null;
  let nth = 0;
  let targetNow = '';
  let hang: Promise<void> = Promise.resolve();
  const { ids, point } = stepIdsOf(kind);
  const losses = new Losses((server) =>
    server === targetNow ? 'target' : server === stage?.primary ? 'primary' : 'other',
  );

  async function close(): Promise<void> {
    await console?.baton.stop();
    await stage?.[Symbol.asyncDispose]();
    [stage, console] = [null, null];
  }

  /** Plays the operation once under the fault; what it came to, what it leaves done as it says, and the servers looked at. */
  async function play(fault: Fault, accepted: RegExp): Promise<Operation> {
    stage ??= await Stage.open();
    console ??= await FaultyConsole.start(stage.plan);
    const { baton } = console;
    try {
      const { target } = await begin(stage, nth++);
      targetNow = target;
      console.set(fault);
      const view = kind === 'rejoin' ? await baton.rejoin(target) : await baton.promote(target, { kind });
      console.set();
      await hang;
      // With what a reader of a failing test wants to know.
      const errors = view.steps.flatMap(({ id, error }) => (error === null ? [] : [`${id}: ${error}`]));
      const story = [view.summary, ...errors, ...view.followUps.map(({ text }) => text)].join(' · ');
      expect([view.outcome, story]).toEqual([expect.stringMatching(accepted), story]);
      expectStory(view, ids);
      expect(view.interruptions).toEqual([]);
      expect(await baton.operations.unfinished()).toEqual([]);
      const finished = view.outcome?.startsWith('succeeded') === true;
      // Who must lend a hand is told where.
      expect(view.outcome === 'failed-needs-hands' && view.followUps.length === 0).toBe(false);
      if (view.outcome === 'failed-needs-hands') {
        // The servers are as the hands are told: nothing of it is for the next one.
        await close();
        return view;
      }
      await doWhatIsLeft(stage, baton, view);
      await look(stage, { view, baton, target, finished });
      if (view.followUps.length > 0) {
        // What was done by hand is known to a console that begins anew: a primary's events are read each 30 s.
        await baton.stop();
        console = null;
      }
      return view;
    } catch (error) {
      await hang;
      await close();
      throw error;
    }
  }

  afterAll(async () => {
    await close();
    const rare = [...losses.rare].map((one) => `\n  seen once and not met again: ${one}`).join('');
    process.stdout.write(`${kind}: ${nth} times under a fault, ${losses.struck} statements lost${rare}\n`);
  });

  describe(`a cancel in a ${kind}`, () => {
    test.each(ids.map((step, index) => ({ step, end: index < point ? 'restores' : 'comes too late' })))(
      'in $step: $end',
      async ({ step, end }) => {
        const answers: string[] = [];
        const cancelling: Fault = {
          statement: losses.watch,
          enter: async (entered) => {
            const running = console?.baton.operations.running('erp5');
            if (entered !== step || !running) return;
            const answer = await console?.baton.operations.cancel(running.id, 'bo').catch((error: unknown) => error);
            answers.push(answer instanceof BatonError ? answer.code : 'cancelled');
          },
        };
        const late = end === 'comes too late';
        const view = await play(cancelling, late ? /^succeeded$/ : /^cancelled-restored$/);
        expect(answers).toEqual([late ? 'refused' : 'cancelled']);
        expect(view.cancelRequested).toBe(!late);
        expect(view.followUps).toEqual([]);
      },
    );
  });

  describe(`the deadline hit in a ${kind}`, () => {
    test.each(ids.map((step, index) => ({ step, index })))(
      'in $step, whose servers and agents hang',
      async ({ step, index }) => {
        const hanging: Fault = {
          deadlineMs: (asked) => (asked === step ? HANG_MS / 2 : null),
          enter: async (entered) => {
            const running = console?.baton.operations.running('erp5');
            if (entered !== step || !stage || !running) return;
            hang = hangFor(HANG_MS, stage, running.steps.find(({ id }) => id === step)?.server.split(', ') ?? []);
          },
        };
        // Whether what opens the new primary was done while it hung nobody can say then.
        const hands = index === point || step === 'verify' ? '|failed-needs-hands' : '';
        const end = index < point ? /^(failed-restored|succeeded.*)$/ : new RegExp(`^(succeeded.*${hands})$`);
        const view = await play(hanging, end);
        expect(view.steps.find(({ id }) => id === step)?.startedAt).not.toBeNull();
      },
    );
  });

  describe(`the connection lost in a ${kind}`, () => {
    // Behind the point of no return it goes on, on a new connection, to the end.
    const allowed = (step: string): RegExp =>
      ids.indexOf(step) < point ? /^(failed-restored|succeeded)$/ : /^succeeded$/;

    async function loseEach(step: string): Promise<void> {
      for (const when of losings) {
        for (let loss = losses.next(step, when); loss !== null; loss = losses.next(step, when)) {
          const view = await play({ statement: losses.losing(loss) }, allowed(step));
          expect([loss, view.followUps]).toEqual([loss, []]);
        }
      }
    }

    test.each(ids)('at each statement of %s, before it is sent and before its answer', { timeout: 120_000 }, loseEach);

    test('at those that came to light meanwhile', { timeout: 120_000 }, async () => {
      for (const step of ids) await loseEach(step);
      expect(losses.struck).toBeGreaterThan(ids.length);
    });
  });
}

/** Everybody whom the step needs stands still for that time. */
async function hangFor(ms: number, stage: Stage, named: readonly string[]): Promise<void> {
  const hung = stage.cluster.servers.filter(
    (server) => (named.includes(server.name) || named.includes('all')) && server.alive(),
  );
  for (const server of hung) server.freeze();
  await stage.hangAgents(true);
  await delay(ms);
  for (const server of hung) if (server.alive()) server.thaw();
  await stage.hangAgents(false);
}

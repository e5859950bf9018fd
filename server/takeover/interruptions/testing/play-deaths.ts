import { afterAll, describe, expect, test } from 'vitest';
import { cellsOf, stepIdsOf, type CellEnd } from '../../testing/cells.ts';
import { killConsole } from '../../testing/kill-console.ts';
import { expectStory, Stage } from '../../testing/stage.ts';
import { takeUp } from '../../testing/take-up.ts';
import type { Scene } from './scene.ts';

/** From the restart of the console to the end of the operation. */
const WITHIN_MS = 10_000;

const outcomes: Readonly<Record<CellEnd, RegExp>> = {
  restored: /^failed-restored$/,
  finished: /^succeeded/,
  either: /^(failed-restored|succeeded)/,
};

/** Declares a test for each point of the kind: a console is killed there, and the next one ends what it finds by itself. */
export function playDeaths({ kind, begin, look }: Scene): void {
  let stage: Stage | null = null;
  let nth = 0;
  const tookMs: number[] = [];
  const { ids } = stepIdsOf(kind);
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
    const longest = Math.round(Math.max(...tookMs));
    process.stdout.write(`${kind}: ${tookMs.length} deaths, ended at most ${longest} ms after the restart\n`);
  });

  describe(`a console killed in a ${kind}`, () => {
    test.each(cellsOf(kind))('$moment $step: $ends by the next one', async ({ ends, ...at }) => {
      stage ??= await Stage.open();
      try {
        const { target } = await begin(stage, nth++);
        await killConsole({ baton: stage.plan, kind, target, accept: [], at });
        const taken = await takeUp(stage.plan);
        const { view, baton } = taken;
        try {
          tookMs.push(taken.tookMs);
          expect(taken.tookMs).toBeLessThan(WITHIN_MS);
          expect(view.outcome).toMatch(outcomes[ends]);
          const finished = view.outcome !== 'failed-restored';
          expect(view.pointOfNoReturnPassed).toBe(finished);
          expect(view.interruptions).toHaveLength(1);
          expectStory(view, ids);
          expect(view.followUps).toEqual([]);
          expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
          expect(await baton.operations.get(view.id)).toEqual(view);
          expect(await baton.operations.unfinished()).toEqual([]);
          await look(stage, { ...taken, target, finished });
        } finally {
          await baton.stop();
        }
      } catch (error) {
        // What is left of it must not spoil the next one.
        await stage[Symbol.asyncDispose]();
        stage = null;
        throw error;
      }
    });
  });
}

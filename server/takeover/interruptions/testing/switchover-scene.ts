import { expect } from 'vitest';
import { expectWhole, type Stage, type Writes } from '../../testing/stage.ts';
import type { Begun, Ended, Scene } from './scene.ts';

let writes: Writes;

async function begin(stage: Stage, nth: number): Promise<Begun> {
  writes = stage.load();
  await writes.flowing();
  return { target: stage.replicas[nth % 2] ?? '' };
}

async function look(stage: Stage, { finished, target, view }: Ended): Promise<void> {
  expect(view.summary).toContain(finished ? `${target} is primary.` : `Restored: ${stage.primary} takes writes again.`);
  if (finished) stage.primary = target;
  await writes.flowing();
  const { acknowledged, overlaps } = await writes.stop();
  expect(overlaps).toEqual([]);
  await expectWhole(stage, acknowledged);
}

/** A switchover, to be interrupted. */
export const switchoverScene: Scene = { kind: 'switchover', begin, look };

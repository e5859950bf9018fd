import { expect } from 'vitest';
import { until } from '../../../sandbox/until.ts';
import { startBaton } from '../../testing/baton.ts';
import { isReadOnly } from '../../testing/server-state.ts';
import { expectWhole, type Stage, type Writes } from '../../testing/stage.ts';
import type { Begun, Ended, Scene } from './scene.ts';

let kept: readonly string[];
let writes: Writes;
let known: { stage: Stage; primary: string } | null = null;

/** Its events are known only to who has looked at the primary while it lived. */
async function remembered(stage: Stage): Promise<void> {
  if (known?.stage === stage && known.primary === stage.primary) return;
  known = { stage, primary: stage.primary };
  const baton = await startBaton(stage.plan);
  try {
    const enabled = async (): Promise<boolean> =>
      (await baton.watcher.remembered(stage.primary))?.events.some(({ status }) => status === 'ENABLED') ?? false;
    await until(enabled, { what: 'its events are known' });
  } finally {
    await baton.stop();
  }
}

async function begin(stage: Stage, nth: number): Promise<Begun> {
  await remembered(stage);
  const before = stage.load();
  await before.flowing();
  kept = (await before.stop()).acknowledged;
  // All that was acknowledged has been received: none of it may be lost.
  await stage.settled();
  await stage.server(stage.primary).kill();
  writes = stage.load();
  return { target: stage.replicas[nth % 2] ?? '' };
}

async function look(stage: Stage, { finished, target, view, baton }: Ended): Promise<void> {
  const old = stage.primary;
  expect(view.summary).toContain(finished ? `${target} is primary:` : `Restored: ${target} is a replica as before.`);
  if (finished) await writes.flowing();
  await stage.server(old).start();
  // What its agent keeps for its return is as the end of the failover says.
  expect(await isReadOnly(stage.server(old))).toBe(finished);
  await writes.flowing();
  const { acknowledged, overlaps } = await writes.stop();
  expect(overlaps).toEqual([]);
  if (finished) stage.primary = target;
  const rejoined = finished ? (await baton.rejoin(old)).outcome : 'not needed';
  expect(rejoined).toBe(finished ? 'succeeded' : 'not needed');
  await expectWhole(stage, [...kept, ...acknowledged]);
}

/** A failover, to be interrupted. */
export const failoverScene: Scene = { kind: 'failover', begin, look };

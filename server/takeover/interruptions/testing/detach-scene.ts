import { expect } from 'vitest';
import { follow, followed } from '../../../sandbox/replication.ts';
import { isReadOnly } from '../../testing/server-state.ts';
import { expectWhole, type Stage, type Writes } from '../../testing/stage.ts';
import type { Begun, Ended, Scene } from './scene.ts';

let writes: Writes;

async function begin(stage: Stage, nth: number): Promise<Begun> {
  // The application knows the primary alone: what is detached has nothing of its own.
  writes = stage.load([stage.primary]);
  await writes.flowing();
  return { target: stage.replicas[nth % 2] ?? '' };
}

async function look(stage: Stage, { finished, target, view }: Ended): Promise<void> {
  const end = finished ? `${target} lives on its own` : `Restored: ${target} is a replica as before.`;
  expect(view.summary).toContain(end);
  await writes.flowing();
  const { acknowledged, overlaps } = await writes.stop();
  // Who lives on its own takes writes as well.
  expect(overlaps.length > 0 && !finished).toBe(false);
  await expectWhole(stage, acknowledged, finished ? [target] : []);
  const detached = stage.server(target);
  expect((await followed(detached)) === null).toBe(finished);
  expect(await isReadOnly(detached)).toBe(!finished);
  if (!finished) return;
  await detached.sql('SET GLOBAL read_only=1');
  await follow(detached, stage.server(stage.primary), stage.cluster.accounts.replication);
}

/** A detach, to be interrupted. */
export const detachScene: Scene = { kind: 'detach', begin, look };

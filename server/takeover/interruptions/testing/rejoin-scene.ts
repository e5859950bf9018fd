import { expect } from 'vitest';
import { followed } from '../../../sandbox/replication.ts';
import { isReadOnly } from '../../testing/server-state.ts';
import { expectWhole, type Stage, type Writes } from '../../testing/stage.ts';
import type { Begun, Ended, Scene } from './scene.ts';

/** It follows nobody and takes writes, as an old primary that came back. */
const server = 'db-3';
let writes: Writes;

async function begin(stage: Stage): Promise<Begun> {
  if (await followed(stage.server(server))) await stage.server(server).sql('STOP SLAVE', 'RESET SLAVE ALL');
  await stage.server(server).sql('SET GLOBAL read_only=0');
  writes = stage.load([stage.primary]);
  await writes.flowing();
  return { target: server };
}

async function look(stage: Stage, { finished, view }: Ended): Promise<void> {
  expect(view.summary).toContain(finished ? `${server} follows db-1.` : `${server} follows nobody as before`);
  await writes.flowing();
  const { acknowledged } = await writes.stop();
  await expectWhole(stage, acknowledged, finished ? [] : [server]);
  expect((await followed(stage.server(server))) !== null).toBe(finished);
  const held = view.steps.some(({ id, state }) => id === 'hold' && state !== 'not-run');
  expect(await isReadOnly(stage.server(server))).toBe(held);
}

/** A rejoin, to be interrupted. */
export const rejoinScene: Scene = { kind: 'rejoin', begin, look };

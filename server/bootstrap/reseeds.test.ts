import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { directoriesOf } from './exchange.ts';
import { ReseedNote, type ReseedRecord } from './reseed-record.ts';
import { Reseeds } from './reseeds.ts';

let folder: string;
/** How often the server was told to end. */
let stops: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-reseeds-'));
  stops = 0;
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

const notAsked = async (): Promise<never> => await Promise.reject(new Error('nothing is asked'));
const neverStopping = async (): Promise<never> => {
  stops += 1;
  return await new Promise<never>(() => undefined);
};

/** Of an agent that starts and finds this; its server is told to end, and does not. */
async function foundBy(state: ReseedRecord['state']): Promise<Reseeds> {
  const note = await ReseedNote.open(join(folder, 'reseed.json'));
  const { copyDirectory, keptDirectory, directory } = directoriesOf(join(folder, 'data'), new Date());
  await note.write({
    copyDirectory,
    keptDirectory,
    directory,
    state,
    id: 'one',
    source: 'db-1',
    startedAt: new Date().toISOString(),
    bytes: 1,
    expectedBytes: 1,
    gtid: '0-1-1',
    keptBytes: null,
    error: null,
    restoring: false,
    copyStarted: false,
  });
  return new Reseeds({
    note,
    now: () => new Date(),
    logger: pino({ level: 'silent' }),
    database: {
      socket: join(folder, 'no.sock'),
      defaultsFile: undefined,
      control: { running: () => Promise.resolve(true), start: () => Promise.resolve(), stop: neverStopping },
      timeoutMs: 1_000,
    },
    persistFile: join(folder, 'persist.cnf'),
    inspect: notAsked,
    open: notAsked,
  });
}

test('an exchange that is asked for while the agent still starts is begun once', async () => {
  const reseeds = await foundBy('prepared');
  const asked = [reseeds.swap('one'), reseeds.swap('one')];
  await reseeds.open();
  expect((await Promise.all(asked)).map(({ state }) => state)).toEqual(['swapping', 'swapping']);
  expect(stops).toBe(1);
});

test('a cancel that is asked for while the agent still starts finds what it took up: an exchange goes forward', async () => {
  const reseeds = await foundBy('swapping');
  const asked = reseeds.cancel('one');
  await reseeds.open();
  await expect(asked).rejects.toMatchObject({ code: 'refused' });
  expect(stops).toBe(1);
});

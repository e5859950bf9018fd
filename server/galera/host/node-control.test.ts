import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ZERO_HISTORY } from '../../contract/galera-status.ts';
import { grastateText, historyA } from '../testing/example-evidence.ts';
import { forgetHistory } from './change-grastate.ts';
import { NodeControl } from './node-control.ts';

let folder: string;
let startFile: string;
/** What the start file said at each start. */
let starts: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-node-'));
  startFile = join(folder, 'start.cnf');
  starts = [];
  await writeFile(startFile, '');
  await writeFile(join(folder, 'grastate.dat'), grastateText(historyA, 13, 0));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

const plain = { bootstrap: false, position: null, forgetView: false };

/** Of a node that is down; the service manager is played, and reads what it reads when `reads` is through. */
function nodeControl(reads: Promise<void> = Promise.resolve()): NodeControl {
  return new NodeControl({
    control: {
      running: () => Promise.resolve(false),
      start: async () => {
        await reads;
        starts.push(await readFile(startFile, 'utf8'));
      },
      stop: () => Promise.resolve(),
    },
    startFile,
    alive: () => Promise.resolve({ kind: 'down' }),
    forgetView: () => Promise.resolve(),
    forgetHistory: async () => await forgetHistory(folder, new Date()),
    now: () => new Date(),
    logger: pino({ level: 'silent' }),
  });
}

test('a node that is kept down stays so through another agent and cleared switches, with its files as they are', async () => {
  await nodeControl().keepDown();
  const hold = await readFile(startFile, 'utf8');
  const later = nodeControl();
  await later.open();
  await later.clear();
  await expect(later.start(plain)).rejects.toMatchObject({ code: 'refused' });
  expect(await readFile(startFile, 'utf8')).toBe(hold);
  expect(await readFile(join(folder, 'grastate.dat'), 'utf8')).toBe(grastateText(historyA, 13, 0));
  expect(starts).toEqual([]);
});

test('only an explicit start lifts that, and the node takes a full copy then', async () => {
  const control = nodeControl();
  await control.keepDown();
  const hold = await readFile(startFile, 'utf8');
  await control.start({ ...plain, lift: true });
  await control.close();
  expect(control.work).toMatchObject({ kind: 'starting', error: null });
  expect(starts).toHaveLength(1);
  expect(starts).not.toContain(hold);
  expect(await readFile(startFile, 'utf8')).toBe('');
  expect(await readFile(join(folder, 'grastate.dat'), 'utf8')).toContain(`uuid:    ${ZERO_HISTORY}\nseqno:   -1`);
});

test('of two starts asked for at once one begins', async () => {
  const control = nodeControl();
  const asked = await Promise.allSettled([control.start(plain), control.start(plain)]);
  await control.close();
  expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(starts).toHaveLength(1);
});

test('what a start is told is not taken from it by an agent that is still cleaning up after an earlier one', async () => {
  const read = Promise.withResolvers<void>();
  await writeFile(startFile, '[mariadbd]\nwsrep_new_cluster=ON\n');
  const control = nodeControl(read.promise);
  await control.start({ ...plain, position: `${historyA}:13` });
  await control.open();
  read.resolve();
  await control.close();
  expect(starts).toEqual([expect.stringContaining(`${historyA}:13`)]);
  const later = nodeControl();
  await writeFile(startFile, '[mariadbd]\nwsrep_new_cluster=ON\n');
  await later.open();
  expect(await readFile(startFile, 'utf8')).toBe('');
});

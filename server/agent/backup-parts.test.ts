import pino from 'pino';
import { expect, test } from 'vitest';
import type { BackupRun } from '../contract/agent.ts';
import { BackupTurn } from '../backups/turn.ts';
import { takeScheduled } from './backup-parts.ts';

const logger = pino({ level: 'silent' });

test('a scheduled backup waits for the copy that another server is being given, and for the next one', async () => {
  const turn = new BackupTurn();
  const [first, taken] = [turn.take('A physical copy'), Promise.withResolvers<string>()];
  const done: string[] = [];
  const copies: (() => void)[] = [];
  const runner = {
    idle: async () => undefined,
    running: () => null,
    // As the runner's: it looks at the disk before it takes the turn, and somebody may come in between.
    take: async (): Promise<BackupRun> => {
      await Promise.resolve();
      if (copies.length === 0) copies.push(turn.take('A physical copy'));
      const release = turn.take('A backup');
      done.push('backup');
      release();
      return {
        id: '',
        method: 'dump',
        startedAt: '',
        endedAt: null,
        state: 'running',
        bytes: 0,
        name: null,
        error: null,
      };
    },
  };
  const scheduled = takeScheduled('dump', { runner, turn, logger }).then(() => taken.resolve('taken'));
  expect(await Promise.race([taken.promise, new Promise((resolve) => setImmediate(() => resolve('waits')))])).toBe(
    'waits',
  );
  first();
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toEqual([]);
  copies[0]?.();
  await scheduled;
  expect(done).toEqual(['backup']);
});

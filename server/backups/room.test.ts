import { expect, test } from 'vitest';
import { until } from '../sandbox/until.ts';
import { reserveOf, watchRoom } from './room.ts';

test('a backup leaves a hundredth of a disk free, at most 1 GiB', () => {
  expect([reserveOf(1000), reserveOf(2 ** 50)]).toEqual([10, 2 ** 30]);
});

test('the signal aborts when the room gets short, and says how short, while something is written', async () => {
  let freeBytes = 5000;
  const room = watchRoom('/srv/backup', { look: () => Promise.resolve({ freeBytes, totalBytes: 100_000 }) });
  try {
    expect(room.signal.aborted).toBe(false);
    freeBytes = 999;
    await until(() => room.signal.aborted, { what: 'it aborts' });
    expect(String(room.signal.reason)).toContain('only 999 bytes were left free on the disk of /srv/backup');
  } finally {
    room.stop();
  }
});

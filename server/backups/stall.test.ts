import { expect, test } from 'vitest';
import { tellsProgress } from './stall.ts';

test('a mariadb-backup that only looks through the log does not count as one that goes on', () => {
  expect(tellsProgress('[00] 2026-11-27 01:00:00 >> log scanned up to (46510)\n')).toBe(false);
  expect(tellsProgress('>> log scanned up to (46510)\n\n>> log scanned up to (46511)\n')).toBe(false);
  expect(tellsProgress('>> log scanned up to (46510)\n[01] Streaming ./shop/orders.ibd\n')).toBe(true);
});

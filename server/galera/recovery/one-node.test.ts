import { expect, test } from 'vitest';
import { crashed, seen, serving, timedOut } from '../testing/example-evidence.ts';
import { mayBeLast } from './one-node.ts';

test('who may be the last that serves is not stopped in passing: a node of which nothing is known counts for nothing', () => {
  const [one, two] = [serving('db-1'), serving('db-2')];
  const apart = serving('db-2', { clusterStatus: 'non-primary' });
  const waits = seen('db-1', { alive: { kind: 'waiting', pid: 1, position: null } });
  const frozen = seen('db-1', { alive: { kind: 'silent', pid: 1, detail: 'frozen' } });
  expect(mayBeLast([one, two], 'db-1')).toBe(false);
  expect(mayBeLast([one, crashed('db-2', 12)], 'db-1')).toBe(true);
  expect(mayBeLast([one, timedOut('db-2')], 'db-1')).toBe(true);
  expect(mayBeLast([one, apart], 'db-1')).toBe(true);
  expect(mayBeLast([one, apart], 'db-2')).toBe(false);
  expect(mayBeLast([frozen, apart], 'db-1')).toBe(true);
  expect(mayBeLast([waits, apart], 'db-1')).toBe(false);
});

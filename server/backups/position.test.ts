import { expect, test } from 'vitest';
import { dumpPosition } from './position.ts';

test.each([
  { what: 'a primary: what its binary log says', dumped: '0-1-9', applied: '', logs: true, position: '0-1-9' },
  { what: 'a former replica: its binary log wins', dumped: '0-2-12', applied: '0-1-9', logs: true, position: '0-2-12' },
  {
    what: 'a replica made from a copy that has applied nothing since: the position it was given',
    dumped: '',
    applied: '0-1-9,1-5-3',
    logs: true,
    position: '0-1-9,1-5-3',
  },
  {
    what: 'the same with one domain that went on: the other is not lost',
    dumped: '1-5-4',
    applied: '0-1-9,1-5-3',
    logs: true,
    position: '0-1-9,1-5-4',
  },
  {
    what: 'a replica that does not log what it applies: unknown',
    dumped: '0-2-1',
    applied: '0-1-9',
    logs: false,
    position: '',
  },
  { what: 'a primary whose log_slave_updates is off', dumped: '0-1-9', applied: '', logs: false, position: '0-1-9' },
  { what: 'a server without a binary log: unknown', dumped: null, applied: '', logs: false, position: '' },
])('position of a dump of $what', ({ dumped, applied, logs, position }) => {
  expect(dumpPosition(dumped, applied, logs)).toBe(position);
});

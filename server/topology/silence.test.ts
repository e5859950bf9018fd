import { describe, expect, test } from 'vitest';
import { gtidList } from '../mariadb/gtid.ts';
import { exampleNow, exampleStatus } from './testing/example-cluster.ts';
import { heard, silentSeconds } from './silence.ts';

const status = exampleStatus();

describe('a sign of the source', () => {
  test.each([
    ['a heartbeat', { receivedHeartbeats: 11 }],
    ['events, of a transaction that is not whole yet', { readLogPosition: 5000 }],
    ['another binlog file', { readLogFile: 'bin.000002' }],
    ['a whole transaction', { receivedGtid: gtidList('0-1-101') }],
  ])('is %s', (_, change) => {
    const before = heard(undefined, status, 1000);
    expect(heard(before, exampleStatus(change), 2000).at).toBe(2000);
  });

  test('is not that the replica applies, nor that its threads say they run', () => {
    const before = heard(undefined, status, 1000);
    expect(heard(before, exampleStatus({ appliedGtid: gtidList('0-1-101'), secondsBehindMaster: 0 }), 2000).at).toBe(
      1000,
    );
  });
});

const silent = (
  heardSecondsAgo: number,
  change: Parameters<typeof exampleStatus>[0] = {},
  source: Parameters<typeof silentSeconds>[0]['source'] = { at: exampleNow - 200, reachable: true },
): number | null =>
  silentSeconds({
    now: exampleNow,
    heard: { signs: '', at: exampleNow - heardSecondsAgo * 1000 },
    status: exampleStatus(change),
    pollMs: 1000,
    source,
  });
const gone = (secondsAgo: number): Parameters<typeof silentSeconds>[0]['source'] => ({
  at: exampleNow - secondsAgo * 1000,
  reachable: false,
});

describe('silence', () => {
  test.each([
    ['begins after three heartbeat periods', silent(2.9), null],
    ['is told from the last sign on', silent(8), 8],
    ['waits for the period that the replica has', silent(8, { heartbeatPeriodSeconds: 5 }), null],
    ['waits for polls, where heartbeats come more often', silent(2.9, { heartbeatPeriodSeconds: 0.1 }), null],
    [
      'proves nothing without heartbeats, while the console hears the source',
      silent(100, { heartbeatPeriodSeconds: 0 }),
      null,
    ],
    ['is no news of a stopped thread, while the console hears the source', silent(100, { ioThread: 'stopped' }), null],
    ['counts from what either heard last: the console', silent(30, { ioThread: 'connecting' }, gone(10)), 10],
    ['counts from what either heard last: the replica', silent(10, { ioThread: 'connecting' }, gone(30)), 10],
    ['is none while the replica hears what the console does not', silent(1, {}, gone(30)), null],
    ['of a source that is not ours is what the replica says', silent(40, { ioThread: 'connecting' }, null), 40],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});

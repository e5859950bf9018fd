import { expect, test } from 'vitest';
import { addressKey } from './address-key.ts';
import { Attempts, type Attempt } from './attempts.ts';

const guesser = '198.51.100.7';
const office = '192.0.2.1';

function go(attempts: Attempts, username: string, from: string, now: number): Attempt {
  const admission = attempts.begin(username, from, now);
  if (admission.kind !== 'go') throw new Error(`must wait ${admission.retryAfterSeconds} s`);
  return admission.attempt;
}

/** How an attempt would be answered; it is not made. */
function asked(attempts: Attempts, username: string, from: string, now: number): string {
  const admission = attempts.begin(username, from, now);
  if (admission.kind === 'go') admission.attempt.dropped();
  return admission.kind;
}

function failures(attempts: Attempts, count: number, username: string, from: string, now: number): void {
  for (let n = 0; n < count; n++) go(attempts, username, from, now).failed(now);
}

test('five failures cost nothing, the sixth attempt waits, and each further wait is longer', () => {
  const attempts = new Attempts();
  failures(attempts, 5, 'alice', guesser, 0);
  const waits: number[] = [];
  let now = 0;
  for (let n = 0; n < 8; n++) {
    const admission = attempts.begin('alice', guesser, now);
    if (admission.kind !== 'wait') throw new Error('not slowed down');
    waits.push(admission.retryAfterSeconds);
    now += admission.retryAfterSeconds * 1000;
    go(attempts, 'alice', guesser, now).failed(now);
  }
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
});

test('a refused attempt does not lengthen the wait', () => {
  const attempts = new Attempts();
  failures(attempts, 5, 'alice', guesser, 0);
  for (let n = 0; n < 100; n++) attempts.begin('alice', guesser, 1000);
  expect(attempts.begin('alice', guesser, 4500)).toEqual({ kind: 'wait', retryAfterSeconds: 1 });
  expect(asked(attempts, 'alice', guesser, 5000)).toBe('go');
});

test('guesses at many names from one address are slowed down, and at one name from many addresses too', () => {
  const one = new Attempts();
  for (let n = 0; n < 5; n++) failures(one, 1, `user${n}`, guesser, 0);
  expect(asked(one, 'user9', guesser, 0)).toBe('wait');
  const many = new Attempts();
  for (let n = 0; n < 5; n++) failures(many, 1, 'alice', `198.51.100.${n}`, 0);
  expect(asked(many, 'alice', '198.51.100.9', 0)).toBe('wait');
});

test('attempts sent at once are not free: at most five are looked at', () => {
  const attempts = new Attempts();
  const admitted = Array.from({ length: 100 }, () => attempts.begin('alice', guesser, 0));
  expect(admitted.filter((admission) => admission.kind === 'go')).toHaveLength(5);
});

test('success resets the name and what it cost the address, but not what others cost it', () => {
  const attempts = new Attempts();
  failures(attempts, 3, 'bob', office, 0);
  failures(attempts, 1, 'alice', office, 0);
  go(attempts, 'alice', office, 0).succeeded();
  failures(attempts, 1, 'carol', office, 0);
  expect(asked(attempts, 'carol', office, 0)).toBe('go');
  failures(attempts, 1, 'carol', office, 0);
  expect(asked(attempts, 'dave', office, 0)).toBe('wait');
});

test('who signed in from an address before is locked out by nobody else', () => {
  const attempts = new Attempts();
  go(attempts, 'alice', office, 0).succeeded();
  failures(attempts, 5, 'mallory', office, 0);
  failures(attempts, 5, 'alice', guesser, 0);
  expect(asked(attempts, 'eve', office, 0)).toBe('wait');
  expect(asked(attempts, 'alice', guesser, 0)).toBe('wait');
  expect(asked(attempts, 'alice', office, 0)).toBe('go');
  failures(attempts, 5, 'alice', office, 0);
  expect(asked(attempts, 'alice', office, 0)).toBe('wait');
});

test('other users of a guesser’s address come in when its wait is over, though it goes on guessing', () => {
  const attempts = new Attempts();
  failures(attempts, 5, 'alice', office, 0);
  expect(attempts.begin('bob', office, 4999)).toEqual({ kind: 'wait', retryAfterSeconds: 1 });
  go(attempts, 'bob', office, 5000).succeeded();
  failures(attempts, 1, 'alice', office, 5000);
  expect(asked(attempts, 'bob', office, 5001)).toBe('go');
});

test('failures are forgotten after an hour', () => {
  const attempts = new Attempts();
  failures(attempts, 4, 'alice', guesser, 0);
  failures(attempts, 4, 'alice', guesser, 3_600_000);
  expect(asked(attempts, 'alice', guesser, 3_600_000)).toBe('go');
});

test('an attempt that could not be checked counts for nothing, and ends once only', () => {
  const attempts = new Attempts();
  for (let n = 0; n < 20; n++) {
    const attempt = go(attempts, 'alice', guesser, 0);
    attempt.dropped();
    attempt.dropped();
  }
  const admitted = Array.from({ length: 20 }, () => attempts.begin('alice', guesser, 0));
  expect(admitted.filter((admission) => admission.kind === 'go')).toHaveLength(5);
});

test('a clock that was set back does not lock anybody out', () => {
  const attempts = new Attempts();
  failures(attempts, 5, 'alice', guesser, 1e12);
  expect(asked(attempts, 'alice', guesser, 1e12 - 86_400_000)).toBe('go');
});

test('memory stays bounded, however many names are tried', () => {
  const attempts = new Attempts();
  for (let n = 0; n < 30_000; n++) {
    const admission = attempts.begin(`user${n}`, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, 0);
    if (admission.kind === 'go' && n % 2 === 0) admission.attempt.succeeded();
    else if (admission.kind === 'go') admission.attempt.failed(0);
  }
  expect(attempts.size).toBeLessThanOrEqual(20_000);
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::9', '2001:db8:0:0::/64'],
  ['2001:0db8::9', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['cli', 'cli'],
])('%s counts as %s', (from, key) => {
  expect(addressKey(from)).toBe(key);
});

import { expect, test } from 'vitest';
import { capabilitiesOf, compareSeries, parseVersion } from './version.ts';

function parsed(text: string): NonNullable<ReturnType<typeof parseVersion>> {
  const version = parseVersion(text);
  if (!version) throw new Error(`no version: ${text}`);
  return version;
}

test.each([
  ['10.11.19-MariaDB-0+deb12u1-log', 10, 11, 19],
  ['5.5.5-10.6.22-MariaDB', 10, 6, 22],
  ['11.8.2-MariaDB-ubu2404', 11, 8, 2],
  ['12.0.1-MariaDB', 12, 0, 1],
])('%s', (text, major, minor, patch) => {
  expect(parseVersion(text)).toEqual({ major, minor, patch, text });
});

test('what is no version is none', () => {
  expect(parseVersion('MariaDB')).toBeNull();
  expect(parseVersion('10.11')).toBeNull();
});

test('a series is older by major, then by minor, whatever the patch', () => {
  expect(compareSeries(parsed('10.6.30'), parsed('10.11.1'))).toBeLessThan(0);
  expect(compareSeries(parsed('11.0.1'), parsed('10.11.19'))).toBeGreaterThan(0);
  expect(compareSeries(parsed('10.11.1'), parsed('10.11.19'))).toBe(0);
});

test.each([
  ['10.6.22', false, false],
  ['10.9.8', false, false],
  ['10.10.1', true, false],
  ['10.11.19', true, false],
  ['11.4.5', true, false],
  ['11.6.1', true, true],
  ['11.8.2', true, true],
])('%s can MASTER_DEMOTE_TO_SLAVE: %s, event times: %s', (text, demoteToReplica, eventTimeLag) => {
  expect(capabilitiesOf(parsed(text))).toEqual({ demoteToReplica, eventTimeLag });
});

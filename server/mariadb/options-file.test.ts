import { expect, test } from 'vitest';
import { fileOptions } from './options-file.ts';

test('an options file is read as mariadbd reads it: dashes and underscores alike, the last word wins', () => {
  const lines = [
    '--datadir=/srv/a',
    '--log_bin=bin',
    '--data-dir=/no',
    '--datadir=/srv/mariadb',
    '--relay-log=/logs/relay',
  ];
  expect(fileOptions(lines)).toEqual({
    dataDirectory: '/srv/mariadb',
    user: null,
    binaryLogs: 'bin',
    relayLogs: '/logs/relay',
    skipsSlaveStart: false,
    elsewhere: [],
  });
});

test.each([
  [['--skip-slave-start'], true],
  [['--skip_slave_start=ON'], true],
  [['--skip-slave-start=0'], false],
  [[], false],
])('%j holds replication back at a start: %s', (lines, expected) => {
  expect(fileOptions(lines).skipsSlaveStart).toBe(expected);
});

test('a log without a name and no log are told apart', () => {
  expect(fileOptions(['--log-bin']).binaryLogs).toBe('');
  expect(fileOptions(['--log-bin=x', '--skip-log-bin']).binaryLogs).toBeNull();
});

test('what lies outside of the data directory is named', () => {
  const { elsewhere } = fileOptions(['--innodb_log_group_home_dir=/fast', '--innodb-data-home-dir=./']);
  expect(elsewhere).toEqual([{ name: 'innodb-log-group-home-dir', path: '/fast' }]);
});

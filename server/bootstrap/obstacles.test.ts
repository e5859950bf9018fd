import { expect, test } from 'vitest';
import { obstaclesOf, type Place } from './obstacles.ts';

const place: Place = {
  path: '/srv/mysql',
  files: {
    version: '10.11.18-MariaDB',
    dataDirectory: '/srv/mysql/',
    binaryLogs: '/srv/mysql/bin',
    relayLogs: '/srv/mysql/relay',
    innodb: { innodb_data_home_dir: '', innodb_log_group_home_dir: './', innodb_undo_directory: './' },
  },
  isLink: false,
  isMountPoint: false,
  owner: 999,
  agent: 999,
  parentWritable: true,
  hasControl: true,
  hasPersistFile: true,
};

test('a data directory of its own, of the agent’s user, with all that belongs to it inside, has none', () => {
  expect(obstaclesOf(place)).toEqual([]);
  expect(obstaclesOf({ ...place, agent: 0 })).toEqual([]);
  expect(obstaclesOf({ ...place, files: { ...place.files, binaryLogs: '' } })).toEqual([]);
});

test.each<[string, Partial<Place>, string]>([
  ['a link', { isLink: true }, 'symbolic link'],
  ['a mount point', { isMountPoint: true }, 'mount point'],
  ['a folder that the agent may not write beside', { parentWritable: false }, 'may not write beside'],
  ['the files of another user', { owner: 27 }, 'belong to user 27'],
  ['no control of the server', { hasControl: false }, 'may not stop and start'],
  ['no file for read_only', { hasPersistFile: false }, 'could start writable'],
  ['binary logs elsewhere', { files: { ...place.files, binaryLogs: '/var/log/mysql/bin' } }, 'lie outside'],
  [
    'a redo log elsewhere',
    { files: { ...place.files, innodb: { innodb_log_group_home_dir: '/fast' } } },
    'innodb_log_group_home_dir (/fast) lies outside',
  ],
])('%s is named, with what to do', (_what, change, text) => {
  const found = obstaclesOf({ ...place, ...change });
  expect(found).toEqual([{ text: expect.stringContaining(text), fix: expect.stringMatching(/\.$/) }]);
});

import { expect, test } from 'vitest';
import { BadBackup, ofTheBackup } from './bad-backup.ts';

async function outcome(error: Error, signal = new AbortController().signal): Promise<unknown> {
  const work = async (): Promise<never> => {
    throw error;
  };
  try {
    return await ofTheBackup('shop', signal, work());
  } catch (thrown) {
    return thrown;
  }
}

test.each([
  'zstd ended with code 1: Decoding error (36) : Corrupted block detected',
  'mariadb-backup ended with code 1: [ERROR] InnoDB: Missing MLOG_CHECKPOINT',
  'mariadb-backup was ended by SIGABRT: [FATAL] InnoDB: page corruption',
  'mariadb-check ended with code 2: Got error: 2013: Lost connection; [ERROR] InnoDB: Database page corruption on disk',
  'mariadbd does not start on the copy: [ERROR] InnoDB: Page is corrupted',
  'the dump has no last line: it is not whole',
])('what a tool found in it makes a backup bad: %s', async (text) => {
  expect(await outcome(new Error(text))).toMatchObject({ message: `shop: ${text}` });
  expect(await outcome(new Error(text))).toBeInstanceOf(BadBackup);
});

test('so do its checksum and its tables, and the backup is named', async () => {
  const found = await outcome(new BadBackup('its file has another SHA-256'));
  expect(found).toBeInstanceOf(BadBackup);
  expect(found).toMatchObject({ message: 'shop: its file has another SHA-256' });
});

test.each([
  'nothing of the copy came for 3600 s',
  'the server did not answer within 600 s',
  'mariadbd does not start on the copy: it said nothing',
  'mariadb-backup was ended by SIGKILL',
  'mariadb-backup could not be started: No such file or directory',
  'mariadb-backup ended with code 1: Error: Out of memory',
  'mbstream ended with code 1: Errcode: 28 "No space left on device"',
  'mariadb ended with code 1: ERROR 2013 (HY000) at line 5: Lost connection to server during query',
  "mariadb-check ended with code 2: mariadb-check: Got error: 2002: Can't connect to local server",
  'EMFILE: too many open files',
])('a time-out, a killed tool, or what the machine lacks says nothing of the backup: %s', async (text) => {
  const error = new Error(text);
  expect(await outcome(error)).toBe(error);
});

test('an end that was asked for says nothing of the backup', async () => {
  const error = new BadBackup('its file has 5 bytes');
  expect(await outcome(error, AbortSignal.abort())).toBe(error);
});

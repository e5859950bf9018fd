import { messageOf } from '../contract/errors.ts';

/** The backup is not good: it was tried, and this is what is wrong with it. */
export class BadBackup extends Error {}

/** How a tool ends that read the backup, or its tables, to where it is wrong. A killed one was not done. */
const verdict =
  /^(zstd|gzip|mbstream|mariadb-backup|mariadb-check|mariadb) ended with code|^mariadb-backup was ended by SIG(ABRT|SEGV)|^mariadbd does not start .*corrupt|has no last line/s;

/** Of those, what says nothing of the backup: what the machine lacks, and a server that is gone (errors 2000 to 2099). */
const elsewhere =
  /ENOSPC|No space left|disk of .* is full|out of memory|allocate memory|too many open files|permission denied|(errno|errcode): (12|13|23|24|28)\b|error:? 20\d\d|gone away|lost connection|can't connect/i;

/**
 * Waits for what may fail by the backup itself, and makes that a failure of the backup: its length or checksum, and what a
 * tool found in it. All else, a time-out, an end that was asked for, or what the machine lacks, stays what it is.
 */
export async function ofTheBackup<T>(name: string, signal: AbortSignal, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const text = messageOf(error);
    if (signal.aborted || !(error instanceof BadBackup || saysItIsBad(text))) throw error;
    throw new BadBackup(`${name}: ${text}`, { cause: error });
  }
}

/** A server that ends on a corrupt page is gone for its checker, and says why. */
function saysItIsBad(text: string): boolean {
  return verdict.test(text) && (/corrupt/i.test(text) || !elsewhere.test(text));
}

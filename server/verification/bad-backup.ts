import { messageOf } from '../contract/errors.ts';

/** The backup is not good: it was tried, and this is what is wrong with it. */
export class BadBackup extends Error {}

/** Failures that say nothing of the backup: a tool that is not there, or a disk that is full. */
const elsewhere = /could not be started|ENOSPC|No space left|disk of .* is full|errno: 28|Errcode: 28/;

/**
 * Waits for what can only fail by the backup itself, and makes its failure one of the backup. An end that was asked for,
 * and what the machine lacks, stay what they are.
 */
export async function ofTheBackup<T>(name: string, signal: AbortSignal, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const text = messageOf(error);
    if (signal.aborted || elsewhere.test(text)) throw error;
    throw new BadBackup(`${name}: ${text}`, { cause: error });
  }
}

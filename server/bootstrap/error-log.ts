import { readFile } from 'node:fs/promises';

/** What a server complained of in its error log, the cause of the others first; the end of the log where it has no complaint. */
export async function complaintsIn(errorLog: string): Promise<string> {
  const lines = (await readFile(errorLog, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  const errors = lines.filter((line) => line.includes('[ERROR]'));
  return (errors.length > 0 ? errors.slice(0, 4) : lines.slice(-4)).join(' | ') || 'it said nothing';
}

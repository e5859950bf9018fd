import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Grastate, Gvwstate } from '../../contract/galera-evidence.ts';
import { parseGrastate } from '../parse/grastate.ts';
import { parseGvwstate } from '../parse/gvwstate.ts';

/** Neither has more than a few hundred bytes; what is larger is not one of them. */
const MAX_BYTES = 65_536;

/** What the scripts of a state transfer leave in the data directory of one that did not come to its end. */
const LEFTOVERS = ['sst_in_progress', '.sst', 'wsrep_sst.pid', 'rsync_sst.conf'];

/** `grastate.dat` of the data directory. Never rejects. */
export async function readGrastate(directory: string): Promise<Grastate> {
  const found = await textOf(join(directory, 'grastate.dat'));
  return found.kind === 'text' ? parseGrastate(found.text) : found;
}

/** `gvwstate.dat` of the data directory. Never rejects. */
export async function readGvwstate(directory: string): Promise<Gvwstate> {
  const found = await textOf(join(directory, 'gvwstate.dat'));
  return found.kind === 'text' ? parseGvwstate(found.text) : found;
}

/** The traces of a state transfer that are there. */
export async function transferLeftovers(directory: string): Promise<string[]> {
  const there = await Promise.all(LEFTOVERS.map(async (name) => ((await exists(join(directory, name))) ? [name] : [])));
  return there.flat();
}

/** Whether anything of a database is there: InnoDB's own files may lie elsewhere. */
export async function hasData(directory: string): Promise<boolean> {
  const signs = ['ibdata1', 'mysql', 'grastate.dat'].map(async (name) => await exists(join(directory, name)));
  return (await Promise.all(signs)).includes(true);
}

/** Whether InnoDB has its files there: without, `--wsrep-recover` would make some (measured). */
export async function hasInnodb(directory: string): Promise<boolean> {
  return await exists(join(directory, 'ibdata1'));
}

/** Sets the last view of the node aside, as setAside. */
export async function setViewAside(directory: string, now: Date): Promise<void> {
  await setAside(join(directory, 'gvwstate.dat'), now);
}

/** Where a file is kept that gets out of the way: no name that a server or Baton reads as evidence of anything. */
export function keptName(file: string, now: Date): string {
  return `${file}.kept-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
}

/** Gives a file its kept name; nothing to do where there is none. */
export async function setAside(file: string, now: Date): Promise<void> {
  await rename(file, keptName(file, now)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

async function textOf(
  file: string,
): Promise<{ kind: 'text'; text: string } | { kind: 'missing' } | { kind: 'unreadable'; error: string }> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > MAX_BYTES) return { kind: 'unreadable', error: `it has ${text.length} bytes` };
    return { kind: 'text', text };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return code === 'ENOENT' ? { kind: 'missing' } : { kind: 'unreadable', error: code };
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
}

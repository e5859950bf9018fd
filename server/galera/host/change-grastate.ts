import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatonError } from '../../contract/errors.ts';
import type { GrastateChange, GrastateChanged } from '../../contract/galera-agent.ts';
import { ZERO_HISTORY } from '../../contract/galera-status.ts';
import { replaceAlike } from '../../files/durable-file.ts';
import { keptName, readGrastate } from './node-files.ts';
import { parseGrastate } from '../parse/grastate.ts';

const FLAG = /^(safe_to_bootstrap:\s*)\d/m;
const UUID = /^(uuid:\s*)\S+/m;
const SEQNO = /^(seqno:\s*)-?\d+/m;

/**
 * Sets or takes back safe_to_bootstrap in a `grastate.dat` that still is what was decided from, whole or not at all, with its
 * owner and mode: mariadbd can't start on one that it can't write (measured). The former file is kept beside it.
 * Rejects with BatonError: outdated where the file is another, refused where it is none that can be changed.
 */
export async function changeGrastate(directory: string, change: GrastateChange, now: Date): Promise<GrastateChanged> {
  const path = join(directory, 'grastate.dat');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new BatonError('refused', `grastate.dat can't be read: ${String(error)}`);
  });
  if (text !== change.expected)
    throw new BatonError('outdated', 'grastate.dat has changed since it was read: somebody has started the node.');
  const wanted = changed(text, change);
  const backup = keptName(path, now);
  await copyFile(path, backup);
  await replaceAlike(path, wanted);
  return { text: wanted, backup };
}

/** Has the node take a full copy at its next start: its file names no history then. As changeGrastate. */
export async function forgetHistory(directory: string, now: Date): Promise<void> {
  const state = await readGrastate(directory);
  // Without the file Galera knows of no history either (measured).
  if (state.kind === 'missing') return;
  if (state.kind === 'unreadable') throw new BatonError('refused', `grastate.dat can't be read: ${state.error}`);
  await changeGrastate(directory, { expected: state.raw, safeToBootstrap: false, history: ZERO_HISTORY }, now);
}

/** The text with the flag, and the history where the file names none. Throws BatonError. */
export function changed(text: string, { safeToBootstrap, history }: GrastateChange): string {
  const state = parseGrastate(text);
  if (state.kind !== 'read') {
    const reason = state.kind === 'invalid' ? state.reason : state.kind;
    throw new BatonError('refused', `grastate.dat can't be trusted, so it is not changed: ${reason}.`);
  }
  if (history === ZERO_HISTORY) {
    if (safeToBootstrap) throw new BatonError('refused', 'A node without a history is not made safe to bootstrap.');
    return withField(withField(withField(text, UUID, history), SEQNO, '-1'), FLAG, '0');
  }
  if (history !== null && state.uuid !== ZERO_HISTORY && state.uuid !== history)
    throw new BatonError('refused', `grastate.dat names the history ${state.uuid}: it is not replaced by ${history}.`);
  if (safeToBootstrap && history === null && state.uuid === ZERO_HISTORY)
    throw new BatonError('refused', 'grastate.dat names no history: a bootstrap from it would begin a new one.');
  return withField(withField(text, FLAG, safeToBootstrap ? '1' : '0'), UUID, history ?? state.uuid);
}

function withField(text: string, field: RegExp, value: string): string {
  return text.replace(field, (_, key: string) => `${key}${value}`);
}

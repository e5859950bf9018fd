import type { Grastate } from '../../contract/galera-evidence.ts';
import { historyId } from '../../contract/galera-status.ts';

/** Seqnos are signed 64 bit (wsrep_seqno_t). */
const maxSeqno = 9_223_372_036_854_775_807n;
const known = ['version', 'uuid', 'seqno', 'safe_to_bootstrap'];

/**
 * Reads the text of `grastate.dat`. Strict where Galera is generous: to it a missing or cut file means "safe", `seqno: abc`
 * is 0, and both begin a new history (measured, 26.4.23). The file is overwritten in place and padded with blanks, so that
 * blanks at the end mean nothing.
 */
export function parseGrastate(raw: string): Grastate {
  const invalid = (reason: string): Grastate => ({ kind: 'invalid', raw, reason });
  if (raw.trim() === '') return invalid('it is empty: a state transfer began and did not end');
  if (raw.includes('\r')) return invalid('it has line ends of another system');
  const fields = new Map<string, string>();
  for (const line of raw.split('\n')) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const match = /^([a-z_]+):(.*)$/.exec(line);
    const [, key = '', value = ''] = match ?? [];
    if (!match || !known.includes(key)) return invalid(`it has a line that is none of its own: ${shown(line)}`);
    if (fields.has(key)) return invalid(`it says ${key} twice`);
    fields.set(key, value.trim());
  }
  const absent = known.find((key) => !fields.has(key));
  if (absent !== undefined) return invalid(`it does not say ${absent}: it is not whole`);
  const [, uuid = '', seqno = '', safe = ''] = known.map((key) => fields.get(key) ?? '');
  if (!historyId.safeParse(uuid).success) return invalid(`its uuid is none: ${shown(uuid)}`);
  if (!isSeqno(seqno)) return invalid(`its seqno is none: ${shown(seqno)}`);
  if (safe !== '0' && safe !== '1') return invalid(`its safe_to_bootstrap is neither 0 nor 1: ${shown(safe)}`);
  return { kind: 'read', raw, uuid, seqno: String(BigInt(seqno)), safeToBootstrap: safe === '1' };
}

/** A whole number that a seqno can be: -1 and up to 2^63-1. */
export function isSeqno(text: string): boolean {
  if (!/^-?\d{1,19}$/.test(text)) return false;
  const value = BigInt(text);
  return value >= -1n && value <= maxSeqno;
}

/** Enough of it to recognise it by. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** Its text, or what kept it from being read: equal for two looks between which nobody wrote it. */
export const rawOf = (state: Grastate): string => ('raw' in state ? state.raw : state.kind);

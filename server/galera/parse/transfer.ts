import type { Transfer } from '../../contract/galera-agent.ts';
import { linesOfLastStart } from './error-log.ts';

/**
 * Only a node that takes what it missed says how many write sets those are: "SST received" and "Receiving IST..." stand there
 * after a full copy as well (measured on 10.11 with 26.4.23).
 */
const MISSED = /WSREP: Receiving IST: (\d+) writesets, seqnos (\d+)-(\d+)/;
const RECEIVED = /WSREP: SST received: [0-9a-f-]{36}:(\d+)/;
/** The scripts of all methods end with this; where only the rest came, with "IST" in its place. */
const COPIED = /WSREP_SST: \[INFO\] \S+ SST completed on joiner/;

/** What the node took from the others when it joined last, by its error log, or the end of it. */
export function lastTransfer(text: string): Transfer {
  const lines = linesOfLastStart(text);
  const last = (pattern: RegExp): RegExpExecArray | null =>
    lines.reduce<RegExpExecArray | null>((found, line) => pattern.exec(line) ?? found, null);
  const [received, missed] = [last(RECEIVED), last(MISSED)];
  if (missed && !last(COPIED)) {
    const [, writeSets = '0', first = '', end = ''] = missed;
    return { kind: 'ist', writeSets: Number(writeSets), first, last: end };
  }
  if (received) return { kind: 'sst', seqno: received[1] ?? '' };
  return { kind: 'not-told', reason: 'its error log tells of no transfer at its last start' };
}

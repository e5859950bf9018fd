import type { Recovered } from '../../contract/galera-evidence.ts';
import { historyId } from '../../contract/galera-status.ts';
import { isSeqno, shown } from './grastate.ts';

/** MariaDB writes "WSREP:", Percona's server "[WSREP]". */
const announced = /(?:WSREP:|\[WSREP\]) Recovered position:? (.*)$/;
const position = /^([0-9a-f-]{36}):(-?\d{1,19})(?:,(\d{1,10}-\d{1,10}-\d{1,20}))?$/;

const failed = (reason: string): Recovered => ({ kind: 'failed', reason });

/**
 * The position that the output of `mariadbd --wsrep-recover` tells. The last one counts: a log that is appended to has
 * stale ones above. The GTID behind it (wsrep_gtid_mode) is kept: it belongs to the start position.
 */
export function parseRecovered(output: string): Recovered {
  const lines = output.split('\n').map((line) => line.trimEnd());
  const last = lines.findLast((line) => announced.test(line));
  if (last === undefined) {
    if (lines.some((line) => line.includes('skipping position recovery')))
      return failed('wsrep_on is off in its options: it told no position');
    return failed('it told no position');
  }
  const told = announced.exec(last)?.[1] ?? '';
  const match = position.exec(told);
  const [, uuid = '', seqno = '', gtid] = match ?? [];
  if (!match || !historyId.safeParse(uuid).success || !isSeqno(seqno))
    return failed(`it told something that is no position: ${shown(told)}`);
  return { kind: 'position', uuid, seqno: String(BigInt(seqno)), gtid: gtid ?? null };
}

/** The text for --wsrep-start-position, with the GTID where there is one. */
export function startPosition(at: { readonly uuid: string; readonly seqno: string; readonly gtid: string | null }) {
  return `${at.uuid}:${at.seqno}${at.gtid === null ? '' : `,${at.gtid}`}`;
}

import type { Problem } from '../../server/contract/snapshot.ts';

/** What MariaDB and the system add to their messages for themselves: the call that failed, the number once more, the handler's name, the place in a binary log. */
const ownRemarks = [
  /: connect E[A-Z]+ \S+/g,
  / - retry-time: \d+ +maximum-retries: \d+ +message(?=: )/g,
  /, Error_code: \d+; handler error \w+; the event's master log \S+, end_log_pos \d+/g,
  /, Error_code: \d+(?=[;.]|$)/g,
];

/**
 * The sentence of a problem without its full stop, since how long it has been so follows, and without what only a
 * reader of MariaDB's own logs looks for: the server's row on the cluster page has that in full.
 */
export function problemText({ text }: Pick<Problem, 'text'>): string {
  return ownRemarks.reduce((shorter, remark) => shorter.replaceAll(remark, ''), text).replace(/\.$/, '');
}

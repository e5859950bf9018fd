/** mariadb-binlog prints of each transaction: "#261126 20:30:01 server id 1  end_log_pos 384 CRC32 0x…⇥GTID 0-1-13 trans". */
const gtidLine = /^#\d{6} .*\tGTID (\d+-\d+-\d+)/gm;
/** Longer than such a line: a piece may end within one. */
const keptChars = 400;

/** Counts the transactions in what mariadb-binlog prints, piece by piece. */
export class GtidsIn {
  readonly #last = new Map<string, bigint>();
  #found = 0;
  #rest = '';

  take(chunk: Buffer): void {
    const text = this.#rest + chunk.toString('latin1');
    const end = text.lastIndexOf('\n') + 1;
    for (const [, gtid = ''] of text.slice(0, end).matchAll(gtidLine)) this.#see(gtid);
    // A line that is longer than a piece is a row's or a statement's.
    this.#rest = text.slice(end).slice(0, keptChars);
  }

  get count(): number {
    return this.#found;
  }

  /** Whether the last transaction of the span ("0-1-13:17") was among them. */
  hasEndOf(range: string): boolean {
    const [from = '', to = ''] = range.split(':');
    return this.#last.get(streamOf(from)) === BigInt(to);
  }

  #see(gtid: string): void {
    const sequence = BigInt(gtid.split('-')[2] ?? '');
    const before = this.#last.get(streamOf(gtid));
    if (before !== undefined && sequence <= before) return;
    this.#last.set(streamOf(gtid), sequence);
    this.#found += 1;
  }
}

/** Domain and server, whose sequence grows. */
function streamOf(gtid: string): string {
  return gtid.split('-').slice(0, 2).join('-');
}

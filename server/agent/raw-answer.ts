/** The head of an HTTP answer that an agent sent. */
export interface AnswerHead {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the body begins. */
  readonly bytes: number;
}

const blankLine = Buffer.from('\r\n\r\n');
/** An agent's head has some 500 bytes. */
const maxHeadBytes = 16_384;

/** The head that stands at the beginning of `received`; null while it is not whole. Throws where it is no HTTP/1.1 answer. */
export function parseAnswerHead(received: Buffer): AnswerHead | null {
  const end = received.indexOf(blankLine);
  if (end < 0) {
    if (received.length > maxHeadBytes) throw new Error('the head of its answer is too long');
    return null;
  }
  const [first = '', ...lines] = received.toString('latin1', 0, end).split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (status === undefined) throw new Error('its answer is not HTTP');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new Error('its answer is not HTTP');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(status), headers: Object.fromEntries(headers), bytes: end + blankLine.length };
}

/** How long the body is. Throws where the head does not say: then nobody could tell a whole body from a broken one. */
export function bodyLength(head: AnswerHead, method: 'GET' | 'HEAD'): number {
  if (method === 'HEAD' || head.status === 304) return 0;
  const length = head.headers['content-length'];
  if (length === undefined || !/^\d{1,15}$/.test(length) || head.headers['transfer-encoding'] !== undefined) {
    throw new Error('its answer does not say how long it is');
  }
  return Number(length);
}

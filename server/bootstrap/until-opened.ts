import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { BatonError } from '../contract/errors.ts';
import { openUrl, type HttpAccess } from './open-url.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** How long is waited for the other end. */
export interface Patience {
  /** For the next byte, on one connection. */
  readonly silenceMs: number;
  /** For one more byte, over all connections that are tried. */
  readonly patienceMs: number;
}

/** A silent link is tried anew before a proxy on the way would cut it; a server that is started again takes a minute. */
export const usualPatience: Patience = { silenceMs: 30_000, patienceMs: 180_000 };

/** A file, and how it is asked for. */
export interface Where {
  readonly url: URL;
  readonly access: HttpAccess;
  readonly signal: AbortSignal;
  readonly patience: Patience;
}

/** An address without what may be secret in it. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** Tries until the server answers for good. Rejects with BatonError; details of 'unavailable' are the last reason. */
export async function untilOpened(
  { url, access, signal, patience }: Where,
  headers: Readonly<Record<string, string>>,
  until: number,
): Promise<IncomingMessage> {
  for (let tries = 0; ; tries += 1) {
    const answer = await openUrl(url, { access, headers, signal, timeoutMs: patience.silenceMs });
    if (answer.kind === 'opened') return answer.answer;
    if (answer.kind === 'refused') throw answer.error;
    if (performance.now() > until) {
      const text = `${shown(url)} does not answer: ${answer.reason}.`;
      throw new BatonError('unavailable', text, 'Run this again.', answer.reason);
    }
    await delay(pauseMs(tries), undefined, { signal });
  }
}

/** How long is waited before a try, more each time. */
export const pauseMs = (tries: number): number => Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries, 10), LONGEST_PAUSE_MS);

/** Its chunks; rejects where none comes for so long. Ending the loop ends the answer. */
export async function* timed(answer: IncomingMessage, silenceMs: number): AsyncGenerator<Buffer, void, undefined> {
  const chunks: AsyncIterator<unknown> = answer[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timer = setTimeout(() => answer.destroy(new Error(`nothing came for ${silenceMs / 1000} s`)), silenceMs);
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done) return;
      if (Buffer.isBuffer(next.value)) yield next.value;
    }
  } finally {
    answer.destroy();
  }
}

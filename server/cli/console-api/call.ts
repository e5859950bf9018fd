import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { BatonError, errorBody } from '../../contract/errors.ts';

/** Where a console answers and by what right we ask. */
export interface ConsoleAddress {
  /** As a browser sees it: "https://console.example.com". */
  readonly url: string;
  readonly token: string;
  /** Certificates trusted beside the system's, PEM. */
  readonly ca?: string;
  /** Shown to a console that asks for a certificate, PEM. */
  readonly certificate?: string;
  readonly key?: string;
}

export interface Call {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  /** Below /api/v1, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

function secured({ ca, certificate, key }: ConsoleAddress): object {
  return {
    // It may be the console's own certificate, of whatever authority: then it is the one that is trusted.
    ...(ca && { ca, allowPartialTrustChain: true }),
    ...(certificate && key && { cert: certificate, key }),
  };
}

/** No byte for this long: the console is gone or hangs. */
const silenceTimeoutMs = 30_000;

/** The request was sent, and no answer came: nobody knows whether it was carried out. */
export class NoAnswerError extends BatonError {
  constructor(url: string, reason: string) {
    super(
      'unavailable',
      `No console answers at ${url}: ${reason}.`,
      'Is "baton console" running? --url or BATON_URL name another one.',
    );
  }
}

/** Sends a request and resolves with the answer once its headers are there. Rejects with NoAnswerError. */
export async function send(to: ConsoleAddress, call: Call): Promise<IncomingMessage> {
  const url = new URL(`/api/v1${call.path}`, to.url);
  const body = call.body === undefined ? null : JSON.stringify(call.body);
  const options = {
    method: call.method,
    timeout: silenceTimeoutMs,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${to.token}`,
      ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...call.headers,
    },
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  };
  return await new Promise((resolve, reject) => {
    const outgoing =
      url.protocol === 'https:'
        ? tlsRequest(url, { ...options, ...secured(to) }, resolve)
        : plainRequest(url, options, resolve);
    outgoing.once('timeout', () => outgoing.destroy(new Error(`silent for ${silenceTimeoutMs / 1000} s`)));
    outgoing.once('error', (error) => reject(new NoAnswerError(to.url, reasonOf(error))));
    outgoing.end(body ?? undefined);
  });
}

/** The JSON of a good answer. Rejects with the engine's own BatonError, or NoAnswerError. */
export async function ask(to: ConsoleAddress, call: Call): Promise<unknown> {
  const answer = await send(to, call);
  const text = await textOf(answer).catch((error: unknown) => {
    throw new NoAnswerError(to.url, reasonOf(error));
  });
  if (good(answer)) return text === '' ? null : JSON.parse(text);
  throw refusalOf(answer.statusCode ?? 0, text, to.url);
}

/** Is the status one of success (2xx)? */
export function good(answer: IncomingMessage): boolean {
  return (answer.statusCode ?? 0) >= 200 && (answer.statusCode ?? 0) < 300;
}

/** What an answer that is not good says, as the engine's own error. */
export function refusalOf(status: number, text: string, url: string): BatonError {
  const parsed = errorBody.safeParse(jsonOrNull(text));
  if (!parsed.success)
    return new BatonError('unavailable', `${url} answered with status ${status}, not as a console does.`);
  const { code, message, next, details } = parsed.data.error;
  return new BatonError(code, message, next, details);
}

/** The body as text. Rejects when it breaks off. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const arriving: AsyncIterable<Uint8Array> = answer;
  const chunks: Uint8Array[] = [];
  for await (const chunk of arriving) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A connection refused on both of localhost's addresses has an empty message and a code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code === 'ECONNREFUSED' ? 'connection refused' : error.message || code;
}

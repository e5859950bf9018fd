import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import { BatonError, errorBody, messageOf } from '../contract/errors.ts';
import { bySystem, SecureAgent, type SecureClient } from '../tls/secure-client.ts';

/** With what a copy is read. */
export interface HttpAccess {
  readonly token: string | null;
  /** For https: by what the server is known, and we are. null: whom the system trusts. */
  readonly secure: SecureClient | null;
}

export type UrlAnswer =
  | { readonly kind: 'opened'; readonly answer: IncomingMessage }
  /** It will say the same again. */
  | { readonly kind: 'refused'; readonly error: BatonError }
  /** It may answer later. */
  | { readonly kind: 'silent'; readonly reason: string };

/** More is no list of files and no manifest. */
const maxTextBytes = 4_194_304;
/** The other end speaks no TLS, or another than ours. It will not by waiting. */
const tlsCodes = /^(EPROTO|ERR_SSL_|ERR_TLS_)/;
/** How SecureClient begins what is wrong with a certificate. */
const certificateWords = /^its? (certificate|shows no certificate)/;
/** An error of an agent has a few hundred. */
const maxErrorBytes = 16_384;

/** Asks for an address; the head of its answer comes within timeoutMs. Never rejects but for the signal. */
export async function openUrl(
  url: URL,
  options: {
    readonly access: HttpAccess;
    readonly headers?: Readonly<Record<string, string>>;
    readonly method?: 'GET' | 'HEAD';
    readonly signal: AbortSignal;
    readonly timeoutMs: number;
  },
): Promise<UrlAnswer> {
  const { access, headers = {}, method = 'GET', signal, timeoutMs } = options;
  const where = `${url.origin}${url.pathname}`;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const isSecure = url.protocol === 'https:';
  const agent = isSecure ? new SecureAgent(access.secure ?? bySystem, { keepAlive: false }) : undefined;
  const sent = (isSecure ? httpsRequest : httpRequest)(url, {
    method,
    agent: agent ?? false,
    signal,
    headers: {
      ...headers,
      'accept-encoding': 'identity',
      ...(access.token === null ? {} : { authorization: `Bearer ${access.token}` }),
    },
  });
  const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  sent.once('response', resolve);
  sent.on('error', reject);
  sent.end();
  try {
    return await judged(await promise, where);
  } catch (error) {
    signal.throwIfAborted();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = messageOf(error);
    if (!tlsCodes.test(code) && !certificateWords.test(reason)) return { kind: 'silent', reason: reason || code };
    const text = `There is no safe connection to ${where}: ${tlsReason(code, reason)}.`;
    return { kind: 'refused', error: new BatonError('refused', text, 'Look at the certificates of both ends.') };
  } finally {
    clearTimeout(timer);
  }
}

function tlsReason(code: string, message: string): string {
  if (certificateWords.test(message)) return message;
  return /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(code) || /wrong version number/i.test(message)
    ? 'what listens there speaks no TLS'
    : `${message.split('\n')[0]?.trim()} (${code})`;
}

async function judged(answer: IncomingMessage, where: string): Promise<UrlAnswer> {
  const status = answer.statusCode ?? 0;
  if (status === 200 || status === 206) return { kind: 'opened', answer };
  const said = await ownWords(answer);
  if (status >= 500 || status === 429 || status === 408)
    return { kind: 'silent', reason: said || `it answers ${status}` };
  const refused = (code: 'refused' | 'not-found', text: string, next: string): UrlAnswer => {
    return { kind: 'refused', error: new BatonError(code, said === '' ? text : `${text} ${said}`, next) };
  };
  if (status === 401 || status === 403) {
    const next = 'It needs a replication-bootstrap-token that has not expired, or a certificate.';
    return refused('refused', `${where} is not for us: it answers ${status}.`, next);
  }
  if (status === 404 || status === 410) return refused('not-found', `There is no ${where}.`, 'Is there a backup yet?');
  const to = answer.headers.location === undefined ? '' : ` (${answer.headers.location})`;
  return refused('refused', `${where} answers ${status}${to}.`, '');
}

/** What an agent says of its refusal; "" where it is no agent's. */
async function ownWords(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer) {
      if (!Buffer.isBuffer(chunk)) continue;
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxErrorBytes) return '';
    }
    const body = errorBody.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    return body.success ? body.data.error.message : '';
  } catch {
    return '';
  }
}

/** The text at an address; null where there is none. Rejects with BatonError. */
export async function readText(
  url: URL,
  options: {
    readonly access: HttpAccess;
    readonly accept: string;
    readonly signal: AbortSignal;
    /** For all of it, its body as well. */
    readonly timeoutMs?: number;
  },
): Promise<string | null> {
  const { access, accept, timeoutMs = 30_000 } = options;
  const late = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([options.signal, late]);
  const answer = await openUrl(url, { access, headers: { accept }, signal, timeoutMs }).catch((error: unknown) => {
    if (!late.aborted || options.signal.aborted) throw error;
    return { kind: 'silent', reason: `no answer within ${timeoutMs / 1000} s` } as const;
  });
  if (answer.kind === 'opened') {
    let bytes = 0;
    answer.answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxTextBytes) answer.answer.destroy(new Error('it is too long'));
    });
    return await textOf(answer.answer).catch((error: unknown) => {
      options.signal.throwIfAborted();
      throw new BatonError(
        'unavailable',
        `${url.origin}${url.pathname} broke off: ${late.aborted ? `not whole within ${timeoutMs / 1000} s` : messageOf(error)}.`,
      );
    });
  }
  if (answer.kind === 'silent') {
    throw new BatonError(
      'unavailable',
      `${url.origin}${url.pathname} does not answer: ${answer.reason}.`,
      'Run this again.',
    );
  }
  if (answer.error.code === 'not-found') return null;
  throw answer.error;
}

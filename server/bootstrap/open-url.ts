import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import { BatonError, messageOf } from '../contract/errors.ts';

/** With what a copy is read: a token, a certificate, or neither. */
export interface HttpAccess {
  readonly token: string | null;
  /** PEM texts. */
  readonly tls?: {
    readonly ca?: string;
    readonly certificate?: string;
    readonly key?: string;
    readonly crl?: string;
  };
}

export type UrlAnswer =
  | { readonly kind: 'opened'; readonly answer: IncomingMessage }
  /** It will say the same again. */
  | { readonly kind: 'refused'; readonly error: BatonError }
  /** It may answer later. */
  | { readonly kind: 'silent'; readonly reason: string };

/** More is no list of files and no manifest. */
const maxTextBytes = 4_194_304;
/** The other end speaks no TLS, or another than ours; certificates that do not hold. They will not by waiting. */
const tlsCodes = /^(EPROTO|ERR_(SSL|TLS)_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|CRL_|HOSTNAME_MISMATCH)/;

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
  const { ca, certificate: cert, key, crl } = access.tls ?? {};
  const sent = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method,
    agent: false,
    signal,
    headers: {
      ...headers,
      'accept-encoding': 'identity',
      ...(access.token === null ? {} : { authorization: `Bearer ${access.token}` }),
    },
    ...(url.protocol === 'https:' ? { ca, cert, key, crl, minVersion: 'TLSv1.2' } : {}),
  });
  const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  sent.once('response', resolve);
  sent.on('error', reject);
  sent.end();
  try {
    return judged(await promise, where);
  } catch (error) {
    signal.throwIfAborted();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!tlsCodes.test(code)) return { kind: 'silent', reason: messageOf(error) || code };
    const text = `There is no safe connection to ${where}: ${tlsReason(code, messageOf(error))}.`;
    return { kind: 'refused', error: new BatonError('refused', text, 'Look at the certificates of both ends.') };
  } finally {
    clearTimeout(timer);
  }
}

function tlsReason(code: string, message: string): string {
  return /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(code) || /wrong version number/i.test(message)
    ? 'what listens there speaks no TLS'
    : `${message.split('\n')[0]?.trim()} (${code})`;
}

function judged(answer: IncomingMessage, where: string): UrlAnswer {
  const status = answer.statusCode ?? 0;
  if (status === 200 || status === 206) return { kind: 'opened', answer };
  answer.resume();
  if (status >= 500 || status === 429 || status === 408) return { kind: 'silent', reason: `it answers ${status}` };
  if (status === 401 || status === 403) {
    const text = `${where} is not for us: it answers ${status}.`;
    const next = 'It needs a replication-bootstrap-token that has not expired, or a certificate.';
    return { kind: 'refused', error: new BatonError('refused', text, next) };
  }
  if (status === 404 || status === 410) {
    return { kind: 'refused', error: new BatonError('not-found', `There is no ${where}.`, 'Is there a backup yet?') };
  }
  const to = answer.headers.location === undefined ? '' : ` (${answer.headers.location})`;
  return { kind: 'refused', error: new BatonError('refused', `${where} answers ${status}${to}.`) };
}

/** The text at an address; null where there is none. Rejects with BatonError. */
export async function readText(
  url: URL,
  options: { readonly access: HttpAccess; readonly accept: string; readonly signal: AbortSignal },
): Promise<string | null> {
  const { access, accept, signal } = options;
  const answer = await openUrl(url, { access, headers: { accept }, signal, timeoutMs: 30_000 });
  if (answer.kind === 'opened') {
    let bytes = 0;
    answer.answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxTextBytes) answer.answer.destroy(new Error('it is too long'));
    });
    return await textOf(answer.answer).catch((error: unknown) => {
      throw new BatonError('unavailable', `${url.origin}${url.pathname} broke off: ${messageOf(error)}.`);
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

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Socket } from 'node:net';
import { BatonError, certificateRefusal, errorBody } from '../contract/errors.ts';
import { bySystem, SecureAgent, type SecureClient } from '../tls/secure-client.ts';
import { openRaw, type RawAnswer } from './raw-download.ts';

/** How the console reaches one agent. */
export interface AgentAddress {
  /** Name of the server, for messages. */
  readonly server: string;
  /** Base URL, http://[::1]:8443. */
  readonly url: string;
  /** "": none is shown, the certificate says who asks. */
  readonly token: string;
  /** Of an agent on this host: where it listens, instead of what the URL names. */
  readonly socketPath?: string;
  /** For an https address; absent: whom the system trusts, and no certificate of our own. */
  readonly secure?: SecureClient;
}

/** The header that shows a token. */
function authorization(token: string): Readonly<Record<string, string>> {
  return token === '' ? {} : { authorization: `Bearer ${token}` };
}

/** A listing of thousands of backups fits; what is larger does not come from an agent. */
const maxAnswerBytes = 16_777_216;

/** An agent whose host is gone is noticed by then, also behind a connection that rests. */
const keepAliveMs = 10_000;

/** Opens connections to one agent and keeps them for the next request. */
export class AgentRequests {
  readonly #address: AgentAddress;
  readonly #agent: HttpAgent;
  /** An idle connection may have been closed at the other end: what must not be sent twice goes over a fresh one. */
  readonly #fresh: HttpAgent;

  constructor(address: AgentAddress) {
    this.#address = address;
    const open = (keepAlive: boolean): HttpAgent =>
      new URL(address.url).protocol === 'https:'
        ? new SecureAgent(address.secure ?? bySystem, { keepAlive })
        : new HttpAgent({ keepAlive });
    this.#agent = open(true);
    this.#fresh = open(false);
  }

  /**
   * Sends one request and answers the response when its head is there, within timeoutMs; its body has no deadline.
   * Rejects with BatonError unavailable, which names the server.
   */
  async send(
    path: string,
    options: {
      readonly method: 'GET' | 'POST';
      readonly timeoutMs: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly signal?: AbortSignal;
      /** To send it twice is as good as once: over a connection that rests, and again where that one had ended. Absent: a GET is. */
      readonly repeatable?: boolean;
    },
  ): Promise<IncomingMessage> {
    const url = new URL(path, this.#address.url);
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const { repeatable = options.method === 'GET' } = options;
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = open(url, {
      method: options.method,
      ...(this.#address.socketPath !== undefined && { socketPath: this.#address.socketPath }),
      agent: repeatable ? this.#agent : this.#fresh,
      ...(options.signal && { signal: options.signal }),
      headers: {
        ...options.headers,
        ...authorization(this.#address.token),
        'accept-encoding': 'identity',
        ...(options.body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(options.body) }),
      },
    });
    const late = new Error(`no answer within ${options.timeoutMs / 1000} s`);
    const deadline = setTimeout(() => request.destroy(late), options.timeoutMs);
    let answered = false;
    request.on('response', (answer) => {
      answered = true;
      resolve(answer);
    });
    request.on('error', (error) => {
      const hadEnded = request.reusedSocket && !answered && error !== late && !options.signal?.aborted;
      if (repeatable && hadEnded) resolve(this.send(path, { ...options, repeatable: false }));
      else reject(this.unavailable(error));
    });
    request.on('close', () => clearTimeout(deadline));
    request.end(options.body);
    try {
      return await promise;
    } finally {
      clearTimeout(deadline);
    }
  }

  /**
   * Asks for something large, on a connection of its own: the answer when its head is there, within timeoutMs.
   * Rejects with BatonError unavailable, which names the server.
   */
  async openLarge(
    path: string,
    asked: {
      readonly method: 'GET' | 'HEAD';
      readonly timeoutMs: number;
      readonly headers: Readonly<Record<string, string>>;
    },
  ): Promise<RawAnswer> {
    const headers = {
      ...asked.headers,
      ...authorization(this.#address.token),
      'accept-encoding': 'identity',
    };
    const url = new URL(path, this.#address.url);
    return await openRaw({ ...asked, url, headers, secure: this.#address.secure ?? bySystem }).catch(
      (error: unknown) => {
        throw this.unavailable(error);
      },
    );
  }

  /**
   * Asks for another protocol, and answers the connection when the agent agrees, within timeoutMs; it is the caller's then.
   * Rejects with BatonError: unavailable, which names the server, or what the agent answered.
   */
  async upgrade(path: string, protocol: string, timeoutMs: number): Promise<Socket> {
    const url = new URL(path, this.#address.url);
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const headers = { ...authorization(this.#address.token), connection: 'Upgrade', upgrade: protocol };
    const request = open(url, { agent: this.#fresh, headers });
    const deadline = setTimeout(
      () => request.destroy(new Error(`no answer within ${Math.round(timeoutMs)} ms`)),
      Math.max(1, timeoutMs),
    );
    request.on('upgrade', (_answer, socket: unknown, head) => {
      if (!(socket instanceof Socket)) return;
      if (head.length > 0) socket.unshift(head);
      resolve(socket.setNoDelay(true).setKeepAlive(true, keepAliveMs));
    });
    request.on('response', (answer) => {
      this.#text(answer).then((text) => reject(this.refusal(answer.statusCode ?? 0, text)), reject);
    });
    request.on('error', (error) => reject(this.unavailable(error)));
    request.end();
    try {
      return await promise;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** As send, and reads the JSON of the answer within the same deadline. Rejects with the agent's own BatonError. */
  async json(
    path: string,
    options: { method: 'GET' | 'POST'; timeoutMs: number; body?: unknown; repeatable?: boolean },
  ): Promise<unknown> {
    const signal = AbortSignal.timeout(options.timeoutMs);
    const { body, ...asked } = options;
    const request = { ...asked, signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await this.send(path, request);
    const text = await this.#text(response);
    if ((response.statusCode ?? 0) >= 300) throw this.refusal(response.statusCode ?? 0, text);
    return this.#parse(text);
  }

  /** What an answer of that status and text means to the console. */
  refusal(status: number, text: string): BatonError {
    const { server } = this.#address;
    const answer = errorBody.safeParse(parseOrNull(text));
    // Not the visitor's sign-in is wrong but the console's: a 401 must not reach the browser.
    if (status === 401 || status === 403) {
      if (answer.success && certificateRefusal.safeParse(answer.data.error.details).success) {
        const { message, next } = answer.data.error;
        return new BatonError('unavailable', `The agent of ${server} refused the connection: ${message}`, next);
      }
      return new BatonError(
        'unavailable',
        `The agent of ${server} does not take the console's token.`,
        'Compare both token files.',
      );
    }
    if (!answer.success) return this.unavailable(new Error(`it answered ${status}`));
    const { code, message, next, details } = answer.data.error;
    return new BatonError(code, `${server}: ${message}`, next, details);
  }

  /** The agent can't be asked, and why. */
  unavailable(error: unknown): BatonError {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    return new BatonError('unavailable', `The agent of ${this.#address.server} does not answer: ${reason}.`);
  }

  close(): void {
    this.#agent.destroy();
    this.#fresh.destroy();
  }

  async #text(response: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of response) {
        if (!Buffer.isBuffer(chunk)) continue;
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) throw new Error('its answer is too long');
        chunks.push(chunk);
      }
    } catch (error) {
      throw this.unavailable(error);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  #parse(text: string): unknown {
    const value = parseOrNull(text);
    if (value === null) throw this.unavailable(new Error('its answer is not JSON'));
    return value;
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

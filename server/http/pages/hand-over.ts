import { randomBytes } from 'node:crypto';
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BatonError } from '../../contract/errors.ts';
import type { Gate } from '../gate.ts';
import { pagePolicy } from '../security-headers.ts';
import { sendHead } from '../send-head.ts';
import { chooseEncoding } from '../static/accept-encoding.ts';
import type { NextChild } from './next-child.ts';
import { isDataRequest, pageRequestHeaders, placeForTakeover, signInAddress } from './page-request.ts';
import { restartingPage, restartingPolicy } from './restarting-page.ts';

const timeoutMs = 30_000;
/** A page of ours has a few hundred kB; below this, compressing costs more than it saves. */
const smallBytes = 1024;
/** Of Next's answer; the rest (Connection, Server …) is between it and us. */
const dropped = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-security-policy',
  'x-powered-by',
  'date',
]);

/** Hands page requests on to Next with a ticket instead of the visitor's cookie, and its answers back. */
export function createHandOver(gate: Gate, pages: Pick<NextChild, 'socketPath'>) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    async handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
      const path = request.url.split('?')[0];
      if (request.visitor === null && path !== '/sign-in') {
        if (isDataRequest(request.headers)) throw new BatonError('unauthenticated', 'Nobody is signed in.', 'Sign in.');
        return reply.header('cache-control', 'no-store').redirect(signInAddress(request.url), 303);
      }
      const elsewhere = placeForTakeover(request.visitor?.actor.takeover ?? null, path ?? '/');
      if (elsewhere !== null) return reply.header('cache-control', 'no-store').redirect(elsewhere, 303);
      const socketPath = pages.socketPath();
      if (socketPath === null) return sendRestarting(reply);
      const policy = pagePolicy(randomBytes(16).toString('base64'));
      const ticket = request.visitor === null ? null : gate.ticketFor(request.visitor);
      const answer = await ask(
        agent,
        socketPath,
        request,
        reply,
        pageRequestHeaders(request.headers, { ticket, policy }),
      );
      return answer === null ? sendRestarting(reply) : passOn(request, reply, answer, policy);
    },
    close: () => agent.destroy(),
  };
}

/** Next's answer, or null when its process went away. */
function ask(
  agent: Agent,
  socketPath: string,
  request: FastifyRequest,
  reply: FastifyReply,
  headers: Record<string, string>,
): Promise<IncomingMessage | null> {
  return new Promise((resolve) => {
    const asked = httpRequest({
      agent,
      socketPath,
      path: request.url,
      method: request.method,
      headers,
      timeout: timeoutMs,
    });
    asked.once('response', resolve);
    asked.once('timeout', () => asked.destroy(new Error('no answer')));
    asked.once('error', (error) => {
      request.log.warn({ err: error }, 'pages did not answer');
      resolve(null);
    });
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) asked.destroy();
    });
    asked.end();
  });
}

async function passOn(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: IncomingMessage,
  policy: string,
): Promise<FastifyReply> {
  const headers = Object.entries(answer.headers).filter(([name]) => !dropped.has(name));
  const length = Number(answer.headers['content-length'] ?? Infinity);
  const encoding = length < smallBytes || request.method === 'HEAD' ? 'identity' : chooseEncoding(header(request));
  const compressed = encoding !== 'identity';
  const raw = sendHead(reply, answer.statusCode ?? 502, {
    ...Object.fromEntries(headers.filter(([name]) => !(compressed && name === 'content-length'))),
    'content-security-policy': policy,
    // A page is one visitor's view of this moment.
    'cache-control': 'private, no-store',
    ...(compressed ? { 'content-encoding': encoding, vary: vary(answer) } : {}),
  });
  // Each piece is flushed: Next sends the frame of a page before what it still waits for.
  const packer =
    encoding === 'br'
      ? createBrotliCompress({
          flush: constants.BROTLI_OPERATION_FLUSH,
          params: { [constants.BROTLI_PARAM_QUALITY]: 4 },
        })
      : createGzip({ flush: constants.Z_SYNC_FLUSH, level: 4 });
  await (compressed ? pipeline(answer, packer, raw) : pipeline(answer, raw)).catch(() => raw.destroy());
  return reply;
}

function header(request: FastifyRequest): string | undefined {
  const value = request.headers['accept-encoding'];
  return Array.isArray(value) ? value.join(',') : value;
}

function vary(answer: IncomingMessage): string {
  return [answer.headers.vary, 'Accept-Encoding'].filter(Boolean).join(', ');
}

function sendRestarting(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .header('retry-after', '2')
    .header('cache-control', 'no-store')
    .header('content-security-policy', restartingPolicy)
    .type('text/html; charset=utf-8')
    .send(restartingPage);
}

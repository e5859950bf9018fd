import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor, DumpAnswer, Engine } from '../console/engine.ts';
import type { Dump } from '../contract/dumps.ts';
import { BatonError } from '../contract/errors.ts';
import { sendHead } from './send-head.ts';

/** More at once only share the same line; a user with four is not served a fifth. */
const maxPerActor = 4;

/** What the agent is asked with: what makes a download resumable, and nothing else of the browser's request. */
const asked = ['range', 'if-range', 'if-none-match', 'if-modified-since'] as const;
const answered = ['content-length', 'content-range', 'etag', 'last-modified', 'accept-ranges'] as const;

export interface Downloads {
  send(request: FastifyRequest, reply: FastifyReply, actor: Actor, cluster: string, dump: Dump): Promise<FastifyReply>;
}

/** Streams dumps of the catalogue from the agents to browsers: never more in memory than a socket's buffers. */
export function createDownloads(engine: Engine): Downloads {
  const running = new Map<string, number>();

  return {
    async send(request, reply, actor, cluster, dump) {
      const active = running.get(actor.name) ?? 0;
      if (active >= maxPerActor) {
        throw new BatonError('slow-down', `${actor.name} has ${active} downloads running.`, 'Wait for one to end.', {
          retryAfterSeconds: 30,
        });
      }
      running.set(actor.name, active + 1);
      try {
        const method = request.method === 'HEAD' ? 'HEAD' : 'GET';
        const answer = await engine.openDump(actor, cluster, dump, { method, headers: rangeHeaders(request) });
        const raw = sendHead(reply, answer.status, downloadHeaders(answer, dump));
        const end = await sendBody(answer, raw);
        if (method === 'GET') await engine.downloadEnded(actor, cluster, dump, end);
        return reply;
      } finally {
        const left = (running.get(actor.name) ?? 1) - 1;
        if (left === 0) running.delete(actor.name);
        else running.set(actor.name, left);
      }
    },
  };
}

/** Past the response, straight into its socket: with a known length there is nothing to frame. */
async function sendBody(answer: DumpAnswer, raw: ServerResponse): Promise<{ bytes: number; whole: boolean }> {
  raw.flushHeaders();
  const { socket } = raw;
  if (socket === null) {
    // The client is gone, or sent its next request before this answer.
    answer.destroy();
    raw.destroy();
    return { bytes: 0, whole: false };
  }
  const end = await answer.sendTo(socket);
  if (end.whole) raw.end();
  return end;
}

function rangeHeaders(request: FastifyRequest): Record<string, string> {
  return Object.fromEntries(
    asked.flatMap((name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

function downloadHeaders(answer: DumpAnswer, dump: Dump): Record<string, string> {
  const passed = answered.flatMap((name) => {
    const value = answer.headers[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(passed),
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${safeFileName(dump.name)}"`,
    'cache-control': 'private, no-transform',
  };
}

/** The name as a header may carry it: nothing that ends the quotes, a line or a folder. */
function safeFileName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._+-]/g, '_');
}

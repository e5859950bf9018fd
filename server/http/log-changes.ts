import type { Api } from './api.ts';
import { senderOf } from './door.ts';

/** A line for each request that may have changed something: who, from where, what came of it. No query, no body. */
export function logChanges(api: Api): void {
  api.addHook('onResponse', async (request, reply) => {
    const { method, url, visitor, log } = request;
    if (method === 'GET' || method === 'HEAD') return;
    const { statusCode: status, elapsedTime } = reply;
    const who = { actor: visitor?.actor.name ?? null, from: senderOf(request) };
    log.info({ method, path: url.split('?')[0], status, ms: Math.round(elapsedTime), ...who }, 'request');
  });
}

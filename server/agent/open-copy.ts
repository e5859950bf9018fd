import { text as textOf } from 'node:stream/consumers';
import type { IncomingCopy } from '../bootstrap/receive-copy.ts';
import type { CopySource } from '../contract/reseed.ts';
import type { TlsMaterial } from '../tls/material.ts';
import { AgentRequests } from './agent-request.ts';
import { copyTrailers } from './copy-routes.ts';

/** mariadb-backup may first wait for the locks of long statements. */
const headTimeoutMs = 120_000;

/** Opens the physical copy that another agent offers. Rejects with BatonError, which names that server. */
export async function openCopy(
  { server, url, path, ticket, fingerprint, name }: CopySource,
  own: TlsMaterial,
  signal: AbortSignal,
): Promise<IncomingCopy> {
  const requests = new AgentRequests({
    server,
    url,
    token: ticket,
    secure: { material: () => own, fingerprint, name },
  });
  const answer = await requests.send(path, { method: 'GET', timeoutMs: headTimeoutMs, signal });
  answer.once('close', () => requests.close());
  if (answer.statusCode !== 200) throw requests.refusal(answer.statusCode ?? 0, await textOf(answer));
  return {
    body: answer,
    whole: () => {
      const bytes = answer.trailers[copyTrailers.bytes];
      const sha256 = answer.trailers[copyTrailers.sha256];
      return answer.complete && bytes && sha256 ? { bytes: Number(bytes), sha256 } : null;
    },
  };
}

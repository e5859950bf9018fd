import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../contract/errors.ts';
import { longestSocketPath } from '../../contract/listen-address.ts';
import { textOf } from '../console-api/call.ts';
import { controlRequest, type ControlAnswer, type ControlRequest } from './control-protocol.ts';

/**
 * Lets `baton sandbox …` reach a cluster that lives in this process: a unix socket that DIR/sandbox.json names, for this
 * user alone. Answers the function that ends it and leaves no file.
 */
export async function serveControl(
  dir: string,
  carryOut: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<() => Promise<void>> {
  const within = join(dir, 'control');
  const extra = Buffer.byteLength(within) > longestSocketPath ? await mkdtemp(join(tmpdir(), 'baton-c-')) : null;
  const socket = extra === null ? within : join(extra, 'control');
  await rm(socket, { force: true });
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing, carryOut);
  });
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, resolve);
    });
  } finally {
    process.umask(mask);
  }
  const file = join(dir, 'sandbox.json');
  await writeFile(file, JSON.stringify({ pid: process.pid, socket }), { mode: 0o600 });
  return async () => {
    await rm(file, { force: true });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    if (extra !== null) await rm(extra, { recursive: true, force: true });
  };
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  carryOut: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<void> {
  const value = await textOf(incoming)
    .then(async (text) => await carryOut(controlRequest.parse(JSON.parse(text))))
    .catch((error: unknown): ControlAnswer => ({ error: messageOf(error) }));
  outgoing.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
  outgoing.end(JSON.stringify(value));
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { readText } from './open-url.ts';

test('a list or manifest that stalls in its body is given up in time, and a stop is told as one', async () => {
  await using server = createServer((_, response) => void response.writeHead(200).write('{"format":'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const url = new URL(`http://127.0.0.1:${port}/index.json`);
  const read = async (signal: AbortSignal, timeoutMs: number): Promise<string | null> =>
    await readText(url, { access: { token: null, secure: null }, accept: 'application/json', signal, timeoutMs });
  await expect(read(new AbortController().signal, 200)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('not whole within 0.2 s'),
  });
  const stopping = new AbortController();
  const stop = async (): Promise<void> => {
    await once(server, 'request');
    stopping.abort(new Error('stopped'));
  };
  await Promise.all([expect(read(stopping.signal, 60_000)).rejects.toThrow('stopped'), stop()]);
  server.closeAllConnections();
});

import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalDoor, readLocalDoor } from './local-door.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-door-'));
});
afterEach(async () => await rm(directory, { recursive: true }));

async function statusOf(socketPath: string, token: string): Promise<number | undefined> {
  const asked = request({ socketPath, path: '/', headers: { authorization: `Bearer ${token}` } }).end();
  const [answer]: IncomingMessage[] = await once(asked, 'response');
  answer?.resume();
  return answer?.statusCode;
}

test('a state directory is of one agent, and who may read it gets in, by a name that is another each time', async () => {
  const first = new LocalDoor(directory);
  const handle = (asked: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(first.admits(asked) ? 200 : 401).end();
  };
  await first.open(handle);
  const { token, socketPath } = await readLocalDoor(directory);
  expect(await statusOf(socketPath, token)).toBe(200);
  expect(await statusOf(socketPath, 'something else')).toBe(401);
  const second = new LocalDoor(directory);
  await expect(second.open(handle)).rejects.toThrow('another agent uses');
  await second.close();
  expect(await statusOf(socketPath, token)).toBe(200);
  await first.close();
  await second.open(handle);
  expect((await readLocalDoor(directory)).socketPath).not.toBe(socketPath);
  await second.close();
});

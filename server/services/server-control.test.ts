import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serverControl } from './server-control.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-control-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('commands of the host: a server is only stopped while it runs, and only started while it does not', async () => {
  const file = join(folder, 'up');
  const control = serverControl(
    // A second start or stop would fail.
    { kind: 'command', start: ['mkdir', file], stop: ['rmdir', file], status: ['test', '-d', file] },
    5_000,
  );
  expect(await control.running()).toBe(false);
  await control.stop();
  await control.start();
  await control.start();
  expect([await control.running(), existsSync(file)]).toEqual([true, true]);
  await control.stop();
  expect(existsSync(file)).toBe(false);
});

test('a command that fails says what it said', async () => {
  const stop = ['ls', join(folder, 'nothing')];
  const control = serverControl({ kind: 'command', start: ['true'], stop, status: ['true'] }, 5_000);
  await expect(control.stop()).rejects.toThrow(/ls .* ended with code 2: ls: cannot access/);
});

/** supervisord needs root's own set-up: what it says over its socket is played, in its own words (supervisor 4.2). */
class FakeSupervisord {
  readonly calls: string[] = [];
  state = 'RUNNING';
  refuses: string | null = null;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  async listen(socket: string): Promise<void> {
    this.#server.listen(socket);
    await once(this.#server, 'listening');
  }

  close(): void {
    this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const method = /<methodName>(.*)<\/methodName>/.exec(body)?.[1] ?? '';
    const [, program] = /<string>(.*?)<\/string>/.exec(body) ?? [];
    this.calls.push(`${method} ${program}`);
    response.setHeader('content-type', 'text/xml').end(this.#answer(method));
  }

  #answer(method: string): string {
    if (this.refuses !== null) {
      const fault = `<member><name>faultString</name><value><string>${this.refuses}</string></value></member>`;
      return `<?xml version='1.0'?><methodResponse><fault><value><struct>${fault}</struct></value></fault></methodResponse>`;
    }
    if (method.endsWith('.stopProcess')) this.state = 'STOPPED';
    if (method.endsWith('.startProcess')) this.state = 'RUNNING';
    const state = `<member><name>statename</name><value><string>${this.state}</string></value></member>`;
    const value = method.endsWith('Info') ? `<struct>${state}</struct>` : '<boolean>1</boolean>';
    return `<?xml version='1.0'?><methodResponse><params><param><value>${value}</value></param></params></methodResponse>`;
  }
}

test('supervisord is asked over its socket, and stops and starts the program', async () => {
  const fake = new FakeSupervisord();
  const socket = join(folder, 's');
  await fake.listen(socket);
  try {
    const control = serverControl({ kind: 'supervisord', url: `unix://${socket}`, program: 'db:mariadb' }, 5_000);
    expect(await control.running()).toBe(true);
    await control.stop();
    expect(await control.running()).toBe(false);
    await control.start();
    expect(await control.running()).toBe(true);
    const changes = fake.calls.filter((call) => !call.includes('getProcessInfo'));
    expect(changes).toEqual(['supervisor.stopProcess db:mariadb', 'supervisor.startProcess db:mariadb']);
    fake.state = 'FATAL';
    await expect(control.running()).resolves.toBe(false);
    fake.refuses = 'BAD_NAME: db:mariadb';
    await expect(control.stop()).rejects.toThrow('supervisord refused supervisor.getProcessInfo: BAD_NAME: db:mariadb');
  } finally {
    fake.close();
  }
});

test('a supervisord that is not there is said, with its socket', async () => {
  const control = serverControl({ kind: 'supervisord', url: `unix://${folder}/none`, program: 'mariadb' }, 5_000);
  await expect(control.running()).rejects.toThrow(`supervisord at ${folder}/none`);
});

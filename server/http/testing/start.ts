import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createAccess } from '../../access/access.ts';
import { commandLineActor } from '../../access/actor.ts';
import type { UserRole } from '../../contract/access.ts';
import { openStore } from '../../store/open-store.ts';
import { type ListenerOptions, startListener } from '../listener.ts';
import { FakeEngine } from './fake-engine.ts';

export const password = 'correct horse';
export const roles: readonly UserRole[] = ['viewer', 'operator', 'admin'];

/** A real listener on a free port of loopback, with a real store and access, before an engine in memory. */
export async function startTestListener(change: Partial<ListenerOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'baton-http-'));
  const store = await openStore(`sqlite://${join(folder, 'console.sqlite')}`);
  const access = createAccess(store, { now: Date.now, sessionHours: 1, cost: { N: 1024, r: 8, p: 1 } });
  const root = commandLineActor('test');
  const tokens = new Map<UserRole, string>();
  for (const role of roles) {
    await access.users.add(root, { username: role, password, role });
    tokens.set(role, (await access.tokens.create(root, { name: role, role })).token);
  }
  const engine = new FakeEngine();
  const hosts: string[] = [];
  const clear = async (): Promise<void> => {
    await store.close();
    await rm(folder, { recursive: true });
  };
  const listener = await startListener({
    engine,
    access,
    logger: pino({ level: 'silent' }),
    listen: ['127.0.0.1:0'],
    settings: () => ({ url: 'http://console.test', hosts, metricsFromLoopback: false }),
    sessionSecret: 's'.repeat(40),
    sessionSeconds: 3600,
    pagesDirectory: null,
    ...change,
  }).catch(async (error: unknown) => {
    await clear();
    throw error;
  });
  const url = listener.urls[0] ?? '';
  if (url.startsWith('http')) hosts.push(new URL(url).host);
  return {
    url,
    folder,
    engine,
    access,
    listener,
    token: (role: UserRole) => tokens.get(role) ?? '',
    /** Signs in as the user of that role and answers the cookie. */
    async cookieOf(role: UserRole): Promise<string> {
      const answer = await ask(`${url}/api/v1/session`, {
        method: 'POST',
        headers: { origin: url },
        body: { username: role, password },
      });
      return answer.cookie ?? '';
    },
    async close() {
      await listener.close(0);
      await clear();
    },
  };
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The value of Set-Cookie that a browser would send back. */
  cookie: string | null;
}

/** One request with exactly these headers: fetch() would add and forbid some. */
export function ask(
  url: string,
  options: {
    method?: string;
    headers?: Record<string, string>;
    body?: unknown;
    socketPath?: string;
    localAddress?: string;
  } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body, ...where } = options;
  const { protocol, host, hostname, port } = new URL(url);
  // The path as it was written: URL would resolve the dots.
  const path = url.slice(protocol.length + 2 + host.length) || '/';
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      {
        ...where,
        ...(where.socketPath === undefined ? { hostname: hostname.replace(/^\[|\]$/g, ''), port } : {}),
        path,
        method,
        agent: false,
        headers: {
          host,
          ...(text === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(chunks).toString('utf8'),
            cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? null,
          }),
        );
      },
    );
    asked.once('error', reject);
    asked.end(text ?? undefined);
  });
}

/** The `error` of a body, for a test to look at. */
export function errorOf(answer: Answer): { code: string; message: string; details: unknown } {
  return JSON.parse(answer.text).error;
}

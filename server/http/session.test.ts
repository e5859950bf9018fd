import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, ask, errorOf, password, startTestListener } from './testing/start.ts';

let baton: Awaited<ReturnType<typeof startTestListener>>;
beforeAll(async () => {
  baton = await startTestListener();
});
afterAll(() => baton.close());

const signIn = (headers: Record<string, string>, body: unknown, localAddress = '127.0.0.1'): Promise<Answer> =>
  ask(`${baton.url}/api/v1/session`, { method: 'POST', headers, body, localAddress });

describe('signing in', () => {
  test('answers who it is and sets a cookie that scripts and other sites do not get', async () => {
    const answer = await signIn({ origin: baton.url }, { username: 'operator', password });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      username: 'operator',
      role: 'operator',
      permissions: ['view', 'operate', 'download'],
    });
    expect(String(answer.headers['set-cookie'])).toMatch(/HttpOnly.*SameSite=Lax/i);
    expect(answer.text).not.toContain('password');
  });
  test('with a wrong password says neither whether the user exists', async () => {
    const wrong = await signIn({ origin: baton.url }, { username: 'viewer', password: 'wrong' });
    const nobody = await signIn({ origin: baton.url }, { username: 'nobody', password: 'wrong' });
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(wrong.text).toBe(nobody.text);
    expect(wrong.cookie).toBeNull();
  });
  test('is slowed down after five failures, and says for how long', async () => {
    const tries = [];
    for (let n = 0; n < 8; n++) {
      tries.push(await signIn({ origin: baton.url }, { username: 'guessed', password: `guess ${n}` }, '127.0.0.9'));
    }
    const last = tries.at(-1);
    expect(last?.status).toBe(429);
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
  });
});

test('a session that was ended is worth nothing, though its cookie still is sent', async () => {
  const cookie = await baton.cookieOf('admin');
  expect((await ask(`${baton.url}/api/v1/session`, { headers: { cookie } })).status).toBe(200);
  const out = await ask(`${baton.url}/api/v1/session`, {
    method: 'DELETE',
    headers: { cookie, origin: baton.url },
  });
  expect(out.status).toBe(204);
  expect((await ask(`${baton.url}/api/v1/session`, { headers: { cookie } })).status).toBe(401);
});

test('a bad token is refused, though a good cookie comes with it', async () => {
  const cookie = await baton.cookieOf('operator');
  const answer = await ask(`${baton.url}/api/v1/clusters`, { headers: { cookie, authorization: 'Bearer x' } });
  expect(answer.status).toBe(401);
  expect(errorOf(answer).code).toBe('unauthenticated');
});

test('a ticket is good on the private socket alone', async () => {
  const known = {
    actor: { name: 'a', role: 'admin', permissions: [], takeover: null, from: 'x' },
    expiresAt: null,
  } as const;
  const ticket = baton.access.tickets.sign(known);
  const answer = await ask(`${baton.url}/api/v1/clusters`, { headers: { authorization: `Ticket ${ticket}` } });
  expect(answer.status).toBe(401);
});

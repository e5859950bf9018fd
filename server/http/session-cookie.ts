import type { IncomingMessage, ServerResponse } from 'node:http';
import { getIronSession, type SessionOptions } from 'iron-session';

interface CookieContent {
  /** Names a row of the session table; who it is and what they may stands there, where it can be revoked. */
  id?: string;
}

export interface SessionCookie {
  read(request: IncomingMessage, response: ServerResponse): Promise<string | null>;
  write(request: IncomingMessage, response: ServerResponse, id: string): Promise<void>;
  clear(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/**
 * The sealed cookie that holds a session's id. Lax, not Strict: a takeover-url opened from a mail must arrive signed in,
 * and what changes something is guarded by the origin check. Its name carries the port, since the ports of a host share
 * their cookies; with https it is bound to the host (`__Host-`).
 */
export function createSessionCookie({
  url,
  secret,
  seconds,
}: {
  url: string;
  secret: string;
  seconds: number;
}): SessionCookie {
  const { protocol, port } = new URL(url);
  const secure = protocol === 'https:';
  const options: SessionOptions = {
    password: secret,
    ttl: seconds,
    cookieName: `${secure ? '__Host-' : ''}baton${port === '' ? '' : `-${port}`}`,
    cookieOptions: { httpOnly: true, sameSite: 'lax', secure, path: '/' },
  };
  const open = (request: IncomingMessage, response: ServerResponse) =>
    getIronSession<CookieContent>(request, response, options);
  return {
    async read(request, response) {
      return (await open(request, response)).id ?? null;
    },
    async write(request, response, id) {
      const content = await open(request, response);
      content.id = id;
      await content.save();
    },
    async clear(request, response) {
      (await open(request, response)).destroy();
    },
  };
}

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { actorRole, takeoverScope } from '../contract/access.ts';
import { actorOf } from './actor.ts';
import type { Known } from './sessions.ts';

/** As long as the slowest page takes to render, and too short to be worth stealing. */
const lifeMs = 30_000;

const content = z.object({
  name: z.string(),
  role: actorRole,
  takeover: takeoverScope.nullable(),
  from: z.string(),
  sessionEnds: z.number().nullable(),
  until: z.number(),
});

export interface Tickets {
  /** The view of one visitor for a page that is being rendered. That it only reads is the listener's to enforce. */
  sign(known: Known): string;
  /** Whose view it is; null when it is older than 30 s, was changed, or was signed by another process. */
  verify(ticket: string): Known | null;
}

/** The key lives and dies with the process: nothing outside it can make a ticket, and a restart ends all of them. */
export function createTickets(now: () => number, key: Buffer = randomBytes(32)): Tickets {
  const seal = (body: string): Buffer => createHmac('sha256', key).update(body).digest();
  return {
    sign({ actor, expiresAt }) {
      const value: z.infer<typeof content> = {
        name: actor.name,
        role: actor.role,
        takeover: actor.takeover,
        from: actor.from,
        sessionEnds: expiresAt?.getTime() ?? null,
        until: now() + lifeMs,
      };
      const body = Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${body}.${seal(body).toString('base64url')}`;
    },

    verify(ticket) {
      const [body = '', mac = '', more] = ticket.split('.');
      const shown = Buffer.from(mac, 'base64url');
      const expected = seal(body);
      if (more !== undefined || shown.length !== expected.length || !timingSafeEqual(shown, expected)) return null;
      // Only what this process wrote gets here, so it parses.
      const value = content.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
      if (value.until <= now()) return null;
      return {
        actor: actorOf(value.name, value.role, value.from, value.takeover),
        expiresAt: value.sessionEnds === null ? null : new Date(value.sessionEnds),
      };
    },
  };
}

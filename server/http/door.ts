import type { FastifyReply, FastifyRequest } from 'fastify';
import { BatonError } from '../contract/errors.ts';
import type { Api } from './api.ts';
import type { Gate, Visitor } from './gate.ts';
import { hostAllowed } from './hosts.ts';
import { originRefusal } from './origin.ts';
import { securityHeaders } from './security-headers.ts';
import type { SessionCookie } from './session-cookie.ts';

export interface PublicDoor {
  kind: 'public';
  gate: Gate;
  cookie: SessionCookie;
  /** Scheme of the address that browsers see: "https:". */
  protocol: string;
  hosts: () => ReadonlySet<string>;
}
/** The socket that pages ask on: tickets alone, reading alone. */
export interface PrivateDoor {
  kind: 'private';
  gate: Gate;
}
export type Door = PublicDoor | PrivateDoor;

const reading = new Set(['GET', 'HEAD']);

/** Address of the sender. On a unix socket that is what the proxy in front of it says, which alone can connect there. */
export function senderOf(request: FastifyRequest): string {
  const peer = request.raw.socket.remoteAddress;
  if (peer !== undefined) return peer.replace(/^::ffff:(?=\d+\.)/, '');
  const forwarded = request.headers['x-forwarded-for'];
  return (Array.isArray(forwarded) ? forwarded.join(',') : forwarded)?.split(',').at(-1)?.trim() || 'unix socket';
}

/** What every request passes before its route sees it: host, proof of who asks, origin. In this order. */
export function guard(api: Api, door: Door): void {
  api.decorateRequest('visitor', null);
  api.addHook('onRequest', async (request, reply) => {
    void reply.headers(securityHeaders);
    if (door.kind === 'private') {
      if (!reading.has(request.method)) throw new BatonError('forbidden', 'Pages only read.');
      request.visitor = visitorByTicket(request, door.gate);
    } else {
      refuseStrangeHost(request, door);
      request.visitor = await visitorBy(request, reply, door);
      if (!reading.has(request.method)) refuseStrangeOrigin(request, door);
    }
    if (request.visitor === null && request.routeOptions.config.open !== true && !request.is404) {
      throw new BatonError('unauthenticated', 'Nobody is signed in.', 'Sign in, or send a token.');
    }
  });
}

function visitorByTicket(request: FastifyRequest, gate: Gate): Visitor | null {
  const ticket = /^Ticket (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  return ticket === undefined ? null : gate.byTicket(ticket);
}

/** A token that is sent decides, good or not: a cookie beside it is not looked at. */
async function visitorBy(request: FastifyRequest, reply: FastifyReply, door: PublicDoor): Promise<Visitor | null> {
  const from = senderOf(request);
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer (.+)$/i.exec(authorization)?.[1];
    const visitor = token === undefined ? null : await door.gate.byToken(token, from);
    if (visitor === null) throw new BatonError('unauthenticated', 'The token is not valid.', 'Make a new one.');
    return visitor;
  }
  if (request.headers.cookie === undefined) return null;
  const id = await door.cookie.read(request.raw, reply.raw);
  return id === null ? null : door.gate.bySession(id, from);
}

function refuseStrangeHost(request: FastifyRequest, { hosts, protocol }: PublicDoor): void {
  if (hostAllowed(request.headers.host, hosts(), protocol)) return;
  const known = [...hosts()].join(', ');
  throw Object.assign(new Error(`The console does not answer to this host name; it answers to ${known}.`), {
    statusCode: 421,
  });
}

function refuseStrangeOrigin(request: FastifyRequest, { hosts, protocol }: PublicDoor): void {
  if (request.visitor?.proof === 'token') return;
  const secFetchSite = request.headers['sec-fetch-site'];
  // A script: every browser says where a POST comes from, and without a cookie nothing acts in somebody's name.
  if (secFetchSite === undefined && request.headers.origin === undefined && request.headers.cookie === undefined)
    return;
  const refusal = originRefusal(
    { secFetchSite: Array.isArray(secFetchSite) ? 'several' : secFetchSite, origin: request.headers.origin },
    hosts(),
    protocol,
  );
  if (refusal !== null) throw new BatonError('forbidden', refusal, 'Use the page of the console, or a token.');
}

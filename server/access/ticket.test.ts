import { expect, test } from 'vitest';
import { actorOf } from './actor.ts';
import { createTickets } from './ticket.ts';

const known = { actor: actorOf('alice', 'operator', '::1'), expiresAt: new Date('2026-01-01T12:00:00Z') };

test('a ticket is its visitor’s view for 30 seconds', () => {
  let now = 0;
  const tickets = createTickets(() => now);
  const ticket = tickets.sign(known);
  expect(tickets.verify(ticket)).toEqual(known);
  now = 29_999;
  expect(tickets.verify(ticket)).toEqual(known);
  now = 30_000;
  expect(tickets.verify(ticket)).toBeNull();
});

test('a ticket that was changed, cut, or signed elsewhere is nobody’s', () => {
  const tickets = createTickets(() => 0);
  const ticket = tickets.sign(known);
  const [body = '', mac = ''] = ticket.split('.');
  const admin = Buffer.from(Buffer.from(body, 'base64url').toString().replace('operator', 'admin')).toString(
    'base64url',
  );
  const others = ['', '.', body, `${body}.`, `.${mac}`, `${admin}.${mac}`, `${ticket}.`, `${ticket}A`];
  for (const other of others) expect(tickets.verify(other)).toBeNull();
  expect(createTickets(() => 0).verify(ticket)).toBeNull();
});

import { expect, test } from 'vitest';
import { aServer } from '../status/example.ts';
import { notHere, serviceState, type ServiceRow, type ServiceView } from './service-words.ts';

const service: ServiceView = { name: 'mariadb_update', enabled: true, running: false, problem: null };

function row(change: Partial<ServiceView> = {}, server: Parameters<typeof aServer>[0] = {}): ServiceRow {
  return { server: aServer({ name: 'db-1', role: 'primary', ...server }), service: { ...service, ...change } };
}
const silent = { state: 'unreachable', detail: 'refused', services: [service] } as const;

test.each([
  { what: 'may run', change: {}, word: 'enabled', level: 'normal' },
  { what: 'runs', change: { running: true }, word: 'running', level: 'normal' },
  { what: 'is shut', change: { enabled: false }, word: 'disabled', level: 'off' },
  { what: 'fell', change: { problem: 'it is FATAL' }, word: 'in trouble', level: 'caution' },
])('a service that $what says so', ({ change, word, level }) => {
  expect(serviceState(row(change))).toEqual({ word, level });
});

test('what an agent said that does not answer now is not shown as true', () => {
  expect(serviceState(row({}, { agent: { ...silent, services: [service] } })).word).toBe('unknown');
  expect(notHere(row({}, { agent: { ...silent, services: [service] } }))).toBe('The agent of db-1 does not answer.');
});

test('a replica says why nothing may run there, a primary does not', () => {
  expect(notHere(row({}, { role: 'replica' }))).toBe('db-1 is a replica: it may only run on a primary.');
  expect(notHere(row({}, { role: 'unknown' }))).toContain('not known');
  expect(notHere(row())).toBeNull();
});

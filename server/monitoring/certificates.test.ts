import { expect, test } from 'vitest';
import { judgeCertificates, type CertificateSeen } from './certificates.ts';

const now = new Date('2026-03-02T12:00:00Z');
const until = (end: string, change: Partial<Extract<CertificateSeen, { kind: 'read' }>> = {}): CertificateSeen => ({
  kind: 'read',
  field: 'agent.tls.certificate',
  subject: 'CN=db-1',
  from: new Date('2026-01-01T00:00:00Z'),
  until: new Date(end),
  keyFits: true,
  revoked: false,
  ...change,
});

const list = (end: string): CertificateSeen => ({
  kind: 'list',
  field: 'agent.tls.clientCrl',
  until: new Date(end),
});

test.each([
  ['2026-06-01T00:00:00Z', 'ok', 'in 90 days'],
  ['2026-03-10T00:00:00Z', 'warning', 'ends in 7 days'],
  ['2026-03-04T00:00:00Z', 'critical', 'ends in 1 days'],
  ['2026-03-02T11:59:59Z', 'critical', 'expired at 2026-03-02T11:59:59'],
] as const)('a certificate that ends at %s is %s', (end, level, words) => {
  const verdict = judgeCertificates([until(end)], now);
  expect(verdict).toMatchObject({ level, text: expect.stringContaining(words) });
});

test('one that begins later, goes with another key, or cannot be read is critical and named', () => {
  expect(
    judgeCertificates([until('2026-06-01T00:00:00Z', { from: new Date('2026-03-03T00:00:00Z') })], now),
  ).toMatchObject({
    level: 'critical',
    text: expect.stringContaining('not valid before'),
  });
  expect(judgeCertificates([until('2026-06-01T00:00:00Z', { keyFits: false })], now).text).toContain(
    'does not go with its key',
  );
  expect(judgeCertificates([{ kind: 'unreadable', field: 'console.tls.certificate', reason: 'ENOENT' }], now)).toEqual({
    level: 'critical',
    text: 'console.tls.certificate: ENOENT',
  });
});

test('one that is revoked is critical, and so is a list behind whose end nobody is let in', () => {
  expect(judgeCertificates([until('2026-06-01T00:00:00Z', { revoked: true })], now)).toEqual({
    level: 'critical',
    text: 'agent.tls.certificate (CN=db-1) is revoked',
  });
  const whole = until('2026-06-01T00:00:00Z');
  expect(judgeCertificates([whole, list('2026-03-01T00:00:00Z')], now).level).toBe('critical');
  expect(judgeCertificates([whole, list('2026-03-04T00:00:00Z')], now).level).toBe('warning');
  expect(judgeCertificates([whole, list('2026-04-01T00:00:00Z')], now)).toMatchObject({
    level: 'ok',
    text: expect.stringMatching(/^1 certificates/),
  });
});

test('all that is wrong is told, the worst first', () => {
  const { level, text } = judgeCertificates([until('2026-03-10T00:00:00Z'), until('2026-03-01T00:00:00Z')], now);
  expect(level).toBe('critical');
  expect(text).toMatch(/expired.*; .*ends in 7 days/);
});

test('without certificates there is nothing to end', () => {
  expect(judgeCertificates([], now).level).toBe('ok');
});

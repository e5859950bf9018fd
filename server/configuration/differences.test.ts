import { expect, test } from 'vitest';
import { configuration, type Configuration } from '../contract/configuration.ts';
import { differences, isSame } from './differences.ts';

const cluster = (port: number, extra: object = {}): object => ({
  account: { observe: { user: 'u', passwordFile: '/p' } },
  servers: { 'db-1': { url: `mysql://127.0.0.1:${port}` } },
  ...extra,
});
const console = { url: 'http://localhost', store: 'sqlite:///s', sessionSecretFile: '/x' };
const load = (clusters: object, extra: object = {}): Configuration =>
  configuration.parse({ console: { ...console, ...extra }, clusters });

test('a default written out is no difference', () => {
  const same = differences(
    load({ a: cluster(1) }),
    load({ a: cluster(1, { kind: 'replication' }) }, { sessionHours: 12 }),
  );
  expect(isSame(same)).toBe(true);
});

test('clusters that come, go and change are named, and so are the fields of the console', () => {
  const found = differences(
    load({ a: cluster(1), b: cluster(2), c: cluster(3) }),
    load({ a: cluster(1), b: cluster(22), d: cluster(4) }, { hosts: ['other'], url: 'http://other' }),
  );
  expect(found).toEqual({
    clusters: { added: ['d'], removed: ['c'], changed: ['b'] },
    console: ['url', 'hosts'],
    agent: [],
  });
  expect(isSame(found)).toBe(false);
});

test('a section that appears is all new', () => {
  const after = configuration.parse({ agent: { listen: 'h:1', server: { socket: '/s' } } });
  expect(differences(load({}), after).agent).toEqual(['listen', 'server', 'plainHttp', 'services']);
});

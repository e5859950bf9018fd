import pino from 'pino';
import { describe, expect, test } from 'vitest';
import type { ServiceStatus } from '../contract/agent.ts';
import type { LocalServer } from '../mariadb/local-server.ts';
import { until } from '../sandbox/until.ts';
import type { Service } from '../services/service.ts';
import { decide, ServiceDecision } from './decide-services.ts';

const primary: LocalServer = {
  version: '10.11.19-MariaDB',
  readOnly: false,
  connections: [],
  binlog: true,
  logsReplicated: true,
  appliedGtid: '',
};

test.each<{ what: string; server: Partial<LocalServer>; decision: string }>([
  { what: 'a primary', server: {}, decision: 'enable' },
  { what: 'a replica', server: { connections: [''], readOnly: true }, decision: 'disable' },
  { what: 'a replica that is writable', server: { connections: [''] }, decision: 'disable' },
  { what: 'a replica by a named connection', server: { connections: ['erp'] }, decision: 'disable' },
  { what: 'a server in the middle of a takeover', server: { readOnly: true }, decision: 'leave' },
])('services on $what: $decision', ({ server, decision }) => {
  expect(decide({ ...primary, ...server })).toBe(decision);
});

const nothing = async (): Promise<never> => Promise.reject(new Error('not asked for here'));

/** A service in memory that writes down how it is switched. */
function fakeService(enabled: boolean): { service: Service; switched: string[] } {
  const switched: string[] = [];
  const status = async (): Promise<ServiceStatus> => ({
    name: 'mariadb_update',
    kind: 'gate',
    enabled,
    running: false,
    daemon: false,
    lastRun: null,
    problem: null,
  });
  const to = async (value: boolean): Promise<ServiceStatus> => {
    enabled = value;
    switched.push(value ? 'enable' : 'disable');
    return await status();
  };
  return {
    switched,
    service: {
      name: 'mariadb_update',
      working: false,
      kind: 'gate',
      status,
      look: status,
      enable: () => to(true),
      disable: () => to(false),
      run: nothing,
      runOf: nothing,
      close: async () => undefined,
    },
  };
}

function decisionFor(service: Service, observe: () => Promise<LocalServer>): ServiceDecision {
  return new ServiceDecision({
    services: [service],
    observe,
    retryMs: 5,
    watchMs: 5,
    logger: pino({ level: 'silent' }),
  });
}

describe('at the start of an agent', () => {
  test('nothing is opened before the server has answered, and then it is', async () => {
    const { service, switched } = fakeService(false);
    let asked = 0;
    const decision = decisionFor(service, async () => {
      asked += 1;
      expect(switched).toEqual([]);
      if (asked < 4) throw new Error('refused');
      return primary;
    });
    decision.start();
    await until(() => switched.length > 0, { what: 'the gate is opened' });
    await decision.stop();
    expect(switched).toEqual(['enable']);
  });

  test('a service that is right is not touched', async () => {
    const { service, switched } = fakeService(true);
    let asked = 0;
    const decision = decisionFor(service, async () => {
      asked += 1;
      return primary;
    });
    decision.start();
    await until(() => asked > 2, { what: 'the server was asked' });
    await decision.stop();
    expect(switched).toEqual([]);
  });

  test('what the console has switched meanwhile stays as it is', async () => {
    const { service, switched } = fakeService(false);
    const { promise, resolve } = Promise.withResolvers<LocalServer>();
    const decision = decisionFor(service, () => promise);
    decision.start();
    decision.overrule('mariadb_update');
    resolve(primary);
    await decision.stop();
    expect(switched).toEqual([]);
  });

  test('a server that never answers does not keep the agent from ending', async () => {
    const { service, switched } = fakeService(true);
    const decision = decisionFor(service, () => Promise.reject(new Error('refused')));
    decision.start();
    await decision.stop();
    expect(switched).toEqual([]);
  });
});

describe('while an agent goes on', () => {
  test('a primary that becomes a replica has its services shut, whatever the console said', async () => {
    const { service, switched } = fakeService(true);
    let server = primary;
    const decision = decisionFor(service, async () => server);
    decision.start();
    decision.overrule('mariadb_update');
    server = { ...primary, connections: [''], readOnly: true };
    await until(() => switched.length > 0, { what: 'the gate is shut' });
    await decision.stop();
    expect(switched).toEqual(['disable']);
  });

  test('what the console shut for a takeover is opened again by the next change of the role alone', async () => {
    const { service, switched } = fakeService(true);
    let server = primary;
    let looks = 0;
    const decision = decisionFor(service, async () => {
      looks += 1;
      return server;
    });
    const looked = async (): Promise<void> => {
      const seen = looks + 1;
      await until(() => looks > seen, { what: 'two more looks' });
    };
    decision.start();
    await looked();
    decision.overrule('mariadb_update');
    await service.disable();
    await looked();
    server = { ...primary, readOnly: true };
    await looked();
    expect(switched).toEqual(['disable']);
    // Undone: it takes writes again.
    server = primary;
    await until(() => switched.length > 1, { what: 'the gate is opened' });
    await decision.stop();
    expect(switched).toEqual(['disable', 'enable']);
  });

  test('a service that fell is started again once, not for ever', async () => {
    const { service, switched } = fakeService(true);
    let looks = 0;
    const status = async (): Promise<ServiceStatus> => ({
      ...(await service.status()),
      problem: 'supervisord says that it is STOPPED',
    });
    const decision = decisionFor({ ...service, status }, async () => {
      looks += 1;
      return primary;
    });
    decision.start();
    await until(() => looks > 4, { what: 'several looks' });
    await decision.stop();
    expect(switched).toEqual(['enable']);
  });
});

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
    lastRun: null,
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
      kind: 'gate',
      status,
      enable: () => to(true),
      disable: () => to(false),
      run: nothing,
      runOf: nothing,
      close: async () => undefined,
    },
  };
}

function decisionFor(service: Service, observe: () => Promise<LocalServer>): ServiceDecision {
  return new ServiceDecision({ services: [service], observe, retryMs: 5, logger: pino({ level: 'silent' }) });
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
    expect({ asked, switched }).toEqual({ asked: 4, switched: ['enable'] });
    await decision.stop();
  });

  test('a service that is right is not touched', async () => {
    const { service, switched } = fakeService(true);
    let asked = 0;
    const decision = decisionFor(service, async () => {
      asked += 1;
      return primary;
    });
    decision.start();
    await until(() => asked > 0, { what: 'the server was asked' });
    await decision.stop();
    expect({ asked, switched }).toEqual({ asked: 1, switched: [] });
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

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentClient } from '../agent/client.ts';
import { consoleToken, startTestAgent, type TestAgent } from '../agent/fixtures.ts';
import type { Operation } from '../contract/operation.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { openRelay, type Relay } from '../sandbox/relay.ts';
import { until } from '../sandbox/until.ts';
import { startWriteLoad, type WriteLoad } from '../sandbox/write-load.ts';
import { atStatement, type Moment } from './testing/at-statement.ts';
import { startBaton, type TestBaton } from './testing/baton.ts';
import { writableOf } from './testing/server-state.ts';

interface Agent {
  readonly host: TestAgent;
  readonly way: Relay;
  readonly client: AgentClient;
}

let cluster: SandboxCluster;
let load: WriteLoad;
let baton: TestBaton | null = null;
const agents = new Map<string, Agent>();
beforeEach(async () => {
  cluster = await createCluster({ replicas: 1 });
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 50 });
  await load.flowing();
});
afterEach(async () => {
  await load.stop();
  for (const { way } of agents.values()) await way.restore();
  await baton?.stop();
  for (const { client, way, host } of agents.values()) {
    client.close();
    await way.close();
    await host.remove();
  }
  agents.clear();
  await cluster.stop();
});

/** Real agents beside both servers, each behind a way that can be cut, with a service that prints `says` and ends. */
async function withAgents(says: string, moment: Moment | null, act: () => Promise<void>): Promise<TestBaton> {
  for (const { name, socket, optionsFile, persistFile } of cluster.servers) {
    const host = await startTestAgent(({ folder }) => ({
      name,
      server: { socket, defaultsFile: optionsFile, persistFile },
      services: { update: { kind: 'gate', file: join(folder, 'gate'), run: ['/bin/sh', '-c', says] } },
    }));
    const { hostname, port } = new URL(host.agent.url);
    const way = await openRelay(() => ({ host: hostname, port: Number(port) }));
    const url = `http://${way.host}:${way.port}`;
    agents.set(name, { host, way, client: new AgentClient({ server: name, url, token: consoleToken }) });
  }
  await until(primaryServesAll, { what: 'the service of the primary is enabled' });
  baton = await startBaton(cluster, {
    agent: (server) => agents.get(server)?.client ?? null,
    ...(moment ? { onConnection: atStatement(moment, act) } : {}),
  });
  return baton;
}

async function primaryServesAll(): Promise<boolean> {
  return (await wayTo('db-1').client.status()).services.every((service) => service.enabled);
}

function wayTo(server: string): Agent {
  const agent = agents.get(server);
  if (!agent) throw new Error(`no agent of ${server}`);
  return agent;
}

const left = (view: Operation): string => view.followUps.map(({ text }) => text).join('\n');

async function killPrimary(console: TestBaton): Promise<void> {
  await cluster.server('db-1').kill();
  await until(() => console.watcher.observationOf('db-1')?.kind === 'unreachable', { what: 'db-1 is seen to be gone' });
}

describe.each(['blackHole', 'cut'] as const)('an agent that does not answer (%s)', (fault) => {
  test('at the fence: the failover goes on, and keeping the old primary read-only is left to do', async () => {
    const console = await withAgents('true', null, async () => undefined);
    await killPrimary(console);
    await wayTo('db-1').way[fault]();
    const view = await console.promote('db-2');
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(view.steps.find(({ id }) => id === 'fence')).toMatchObject({ state: 'skipped' });
    expect(left(view)).toContain('Keep db-1 read-only when it comes back: its agent could not be asked');
    // By a button, once the agent can be asked.
    expect(view.followUps.map(({ path }) => path)).toContain('/api/v1/clusters/erp5/servers/db-1/keep-read-only');
    expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  });

  test('at the freeze: nothing is changed, and that its service may be shut is left to do', async () => {
    const moment = { when: 'before', statement: 'NO_WRITE_TO_BINLOG TABLES', on: 'db-1' } as const;
    const console = await withAgents('true', moment, async () => await wayTo('db-1').way[fault]());
    const view = await console.promote('db-2');
    expect(view.outcome).toBe('failed-restored');
    expect(view.writeOutageMs).toBeNull();
    expect(left(view)).toContain('Service update could not be enabled on db-1');
    await load.flowing();
    expect(await writableOf(cluster.servers)).toEqual(['db-1']);
  });

  test('behind the opening: the takeover stands, and what the agents would have done is left to do', async () => {
    const moment = { when: 'after', statement: 'SET GLOBAL read_only=0', on: 'db-2' } as const;
    const console = await withAgents('true', moment, async () => {
      for (const { way } of agents.values()) await way[fault]();
    });
    const view = await console.promote('db-2');
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(left(view)).toMatch(/read_only=0 could not be written into the configuration of db-2/);
    expect(left(view)).toMatch(/read_only=1 could not be written into the configuration of db-1/);
    expect(left(view)).toMatch(/The services of db-2 could not be started/);
    await load.flowing();
    expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  });

  test('from the beginning: the takeover works, and that no service was shut is left to do', async () => {
    const console = await withAgents('true', null, async () => undefined);
    for (const { way } of agents.values()) await way[fault]();
    const view = await console.promote('db-2');
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(left(view)).toContain('Look that no service of a primary runs on db-1');
    expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  });
});

test('a service that fails on the new primary is left to do, with its log in the step', async () => {
  const console = await withAgents('echo it is broken; exit 3', null, async () => undefined);
  const view = await console.promote('db-2');
  expect(view.outcome).toBe('succeeded-with-follow-ups');
  expect(left(view)).toBe('Service update failed on db-2 (exit 3): read its log in this step');
  expect(view.steps.find(({ id }) => id === 'services')?.log).toContain('it is broken');
  await load.flowing();
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
});

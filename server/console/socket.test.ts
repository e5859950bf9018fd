import { once } from 'node:events';
import { connect as openSocket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLineActor } from '../access/actor.ts';
import type { Operation } from '../contract/operation.ts';
import type { ServerSnapshot } from '../contract/snapshot.ts';
import type { TakeoverKind, TakeoverPlan } from '../contract/takeover.ts';
import { caughtUp, followed } from '../sandbox/replication.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import { until } from '../sandbox/until.ts';
import type { RunningConsole } from './start-console.ts';
import { prepareRealConsole, type RealConsole, type Written } from './testing/real-console.ts';

const actor = commandLineActor('test');
const timeoutMs = 50_000;
/** These run with TCP off: the console reaches them by their sockets, through their agents. */
const silent = ['db-2', 'db-3'];

function throughAgents(value: Written): void {
  for (const name of silent) Object.assign(value.clusters['erp5']?.servers[name] ?? {}, { via: 'agent' });
}

const blocks = ({ checks }: TakeoverPlan): string[] =>
  checks.filter(({ level }) => level === 'block').map(({ code }) => code);

interface Promoted {
  readonly view: Operation;
  /** What its steps were seen to wait for. */
  readonly waits: readonly string[];
}

describe.each([
  { words: 'plain', secure: false },
  { words: 'TLS', secure: true },
])('a replica with TCP off, behind its agent, $words', ({ secure }) => {
  let real: RealConsole;
  let running: RunningConsole;
  const server = (name: string): SandboxServer => real.cluster.server(name);

  beforeAll(async () => {
    const agentOf = ({ name, socket, optionsFile: defaultsFile, persistFile }: SandboxServer): object => ({
      server: { socket, defaultsFile, persistFile, tunnel: silent.includes(name) },
    });
    const settingsOf = Object.fromEntries(silent.map((name) => [name, { skip_networking: 1 }]));
    // One more in one of the two: somebody who would like to follow.
    real = await prepareRealConsole(secure ? 3 : 2, agentOf, { secure, settingsOf });
    await real.configure(throughAgents);
    running = (await real.start()).console;
  });
  afterAll(() => real?.stop());

  function seen(name: string, by = running): ServerSnapshot {
    const found = by.engine.cluster(actor, 'erp5').servers.find((one) => one.name === name);
    if (!found) throw new Error(`no server ${name}`);
    return found;
  }
  const fixOf = (code: string): string =>
    running.engine.cluster(actor, 'erp5').problems.find((problem) => problem.code === code)?.fix ?? '';
  async function levelWithPrimary(by: RunningConsole): Promise<void> {
    const [row] = await server('db-1').sql('SELECT @@gtid_binlog_pos AS position');
    await until(
      () =>
        silent.every((name) => {
          const { gtid, replication } = seen(name, by);
          return gtid?.current === row?.['position'] && replication[0]?.lagSeconds === 0;
        }),
      { what: 'their positions and no lag are seen', timeoutMs },
    );
  }
  async function plan(target: string, kind: TakeoverKind, by = running): Promise<TakeoverPlan> {
    return await by.engine.plan(actor, 'erp5', { target, kind });
  }
  async function promoted({ id, confirm }: TakeoverPlan, accept: string[] = []): Promise<Promoted> {
    const asked = { planId: id, accept, dryRun: false, ...(confirm && { confirm }) };
    const { operationId } = await running.engine.takeover(actor, 'erp5', asked);
    const waits = new Set<string>();
    let view: Operation;
    do {
      view = await running.engine.operation(actor, operationId);
      for (const { waitsFor } of view.steps) if (waitsFor !== null) waits.add(waitsFor);
      await delay(10);
    } while (view.outcome === null);
    return { view, waits: [...waits] };
  }

  test('status, lag and positions are as of any other, and no port is open', async () => {
    await server('db-1').sql("INSERT INTO shop.orders (uid) VALUES ('seen')");
    await levelWithPrimary(running);
    for (const name of silent) {
      expect(seen(name)).toMatchObject({
        state: 'up',
        role: 'replica',
        via: 'agent',
        replication: [{ primary: 'db-1', ioThread: 'running', sqlThread: 'running' }],
        missingGrants: [],
      });
      await expect(once(openSocket(server(name).port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
    }
  });

  test('a second console sees the same through the same agents, and may not act while the first does', async () => {
    const store = `sqlite://${join(real.folder, 'second.sqlite')}`;
    await real.configure((value) => {
      value.console['store'] = store;
      throughAgents(value);
    });
    const { console: second } = await real.start({ store });
    await levelWithPrimary(second);
    const holder = await server('db-3').session();
    // The lock that each takeover holds, by which two consoles know of each other.
    await holder.query("SELECT GET_LOCK('baton.takeover', 0)", { timeoutMs });
    expect(blocks(await plan('db-3', 'detach', second))).toEqual(['lock-free']);
    holder.destroy();
    await until(async () => blocks(await plan('db-3', 'detach', second)).length === 0, { what: 'free', timeoutMs });
    await second.close();
    await levelWithPrimary(running);
  });

  test('a configuration that is read again cuts no connection whose way has not changed', async () => {
    const { user } = real.cluster.accounts.observe;
    const connectionsTo = async (name: string): Promise<string[]> => {
      const rows = await server(name).sql(`SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = '${user}'`);
      return rows.map(({ id }) => String(id));
    };
    const all = ['db-1', ...silent];
    await levelWithPrimary(running);
    const before = new Map(await Promise.all(all.map(async (name) => [name, await connectionsTo(name)] as const)));
    expect([...before.values()].every((ids) => ids.length > 0)).toBe(true);
    const stays = async (name: string): Promise<boolean> => {
      const now = await connectionsTo(name);
      // One that is slow on a busy machine may be given up meanwhile, not all.
      return before.get(name)?.some((id) => now.includes(id)) === true;
    };
    await real.configure((value) => {
      throughAgents(value);
      Object.assign(value.clusters['erp5'] ?? {}, { lag: { warnSeconds: 3, criticalSeconds: 30 } });
      const { agent } = value.clusters['erp5']?.servers['db-3'] ?? {};
      if (!secure) Object.assign(value.clusters['erp5']?.servers['db-3'] ?? {}, { agent: `${agent}/` });
    });
    await running.reload();
    expect(running.engine.cluster(actor, 'erp5').lag.warnSeconds).toBe(3);
    await until(() => all.every((name) => seen(name).state === 'up'), { what: 'all are seen again', timeoutMs });
    expect(await Promise.all(all.map(stays))).toEqual([true, true, secure]);
    await real.configure(throughAgents);
    await running.reload();
    await levelWithPrimary(running);
  });

  test('it is not switched over to, since nobody could follow it', async () => {
    const review = await plan('db-2', 'switchover');
    expect(blocks(review)).toEqual(['target-tcp']);
    await until(() => seen('db-2').promotable.reason?.includes('db-1 could not follow it') === true, {
      what: 'it is not offered, with the reason',
      timeoutMs,
    });
    expect(seen('db-2').tcpOff).toBe(true);
    expect(review.checks.find(({ code }) => code === 'target-tcp')).toMatchObject({
      text: expect.stringContaining('db-1, db-3'),
      acceptable: false,
    });
  });

  test('a replica that is detached through its agent takes writes', async () => {
    const review = await plan('db-3', 'detach');
    expect(review.checks.find(({ code }) => code === 'target-tcp')).toMatchObject({ level: 'warn' });
    expect((await promoted(review)).view).toMatchObject({ outcome: 'succeeded' });
    expect(await followed(server('db-3'))).toBeNull();
    await server('db-3').sql("INSERT INTO shop.orders (uid) VALUES ('on its own')");
    await until(() => seen('db-3').role === 'standalone', { what: 'it is seen alone', timeoutMs });
  });

  test('a server that is down is told from an agent that is down', async () => {
    await server('db-3').kill();
    await until(() => seen('db-3').reason === 'refused', { what: 'the socket is seen closed', timeoutMs });
    await real.agents.get('db-3')?.close();
    await until(() => seen('db-3').reason === 'agent', { what: 'the agent is seen gone', timeoutMs });
    await until(() => fixOf('agent-unreachable').includes('reaches db-3 through it alone'), {
      what: 'the problem says so',
      timeoutMs,
    });
    expect(seen('db-3').detail).toMatch(/^it is reached through its agent alone: The agent of db-3 does not answer: /);
  });

  test('a failover to it loses nothing, and says who can’t follow', async () => {
    await server('db-1').sql("INSERT INTO shop.orders (uid) VALUES ('last')");
    await caughtUp(server('db-2'), server('db-1'));
    await server('db-1').kill();
    await until(() => seen('db-1').state === 'unreachable', { what: 'the primary is seen dead', timeoutMs });
    const review = await plan('db-2', 'failover');
    expect(blocks(review)).toEqual([]);
    expect(review.checks.find(({ code }) => code === 'target-tcp')).toMatchObject({ level: 'warn' });
    await until(() => seen('db-2').promotable.kind === 'failover', { what: 'a failover to it is offered', timeoutMs });
    const followUps = [
      { text: 'db-3 does not follow db-2. On db-3 run:', command: expect.stringContaining('CHANGE MASTER') },
      {
        text: "db-4 can't follow db-2, which runs with TCP off: start db-2 without skip_networking, and db-4 connects by itself.",
      },
    ];
    const { view, waits } = await promoted(review);
    expect(view).toMatchObject({
      outcome: 'succeeded-with-follow-ups',
      followUps: secure ? followUps : followUps.slice(0, 1),
    });
    // Nobody can connect to it, and nobody of another host finds it: neither is waited for.
    expect(waits.filter((text) => /a first write|\b200[23]\b/.test(text))).toEqual([]);
    expect(await server('db-2').sql("SELECT uid FROM shop.orders WHERE uid = 'last'")).toHaveLength(1);
    await server('db-2').sql("INSERT INTO shop.orders (uid) VALUES ('after')");
    await until(() => seen('db-2').role === 'primary', { what: 'it is seen as the primary', timeoutMs });
  });
});

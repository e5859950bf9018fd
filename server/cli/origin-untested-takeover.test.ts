import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLineActor } from '../access/actor.ts';
import { blankServer, type BlankServer } from '../bootstrap/testing/blank-server.ts';
import type { RunningConsole } from '../console/start-console.ts';
import { prepareRealConsole, type RealConsole } from '../console/testing/real-console.ts';
import { BatonError } from '../contract/errors.ts';
import type { Operation } from '../contract/operation.ts';
import type { ServerSnapshot } from '../contract/snapshot.ts';
import type { TakeoverKind, TakeoverPlan } from '../contract/takeover.ts';
import { caughtUp, followed } from '../sandbox/replication.ts';
import { replicationFiles } from '../sandbox/secure.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import { until } from '../sandbox/until.ts';
import { runBaton } from './testing/run-baton.ts';
import { transports } from './testing/transports.ts';

/*
 * What the origin's acceptance tests leave out of a takeover, by the names of that list, over every transport, in the order of one
 * story: db-1 is the primary, db-2 is promoted, db-3 runs with TCP off, behind its agent.
 */
const actor = commandLineActor('test');
const timeoutMs = 50_000;
const codes = ({ checks }: TakeoverPlan): string[] =>
  checks.filter(({ level }) => level === 'block').map(({ code }) => code);

const agentOf = ({ name, socket, optionsFile: defaultsFile, persistFile }: SandboxServer): object => ({
  server: { socket, defaultsFile, persistFile, tunnel: name === 'db-3' },
});
const write = async (to: SandboxServer, value: string): Promise<unknown> =>
  await to.sql(`INSERT INTO shop.t (value) VALUES ('${value}')`);
const rows = async (of: SandboxServer): Promise<unknown> => await of.sql('SELECT id, value FROM shop.t ORDER BY id');
const nothing = (blocks: readonly string[]): boolean => blocks.length === 0;
const asked = ({ id, confirm }: TakeoverPlan, accept: readonly string[] = []) => ({
  planId: id,
  accept: [...accept],
  dryRun: false,
  ...(confirm && { confirm }),
});

describe.each(transports)('$words', ({ secure, host }) => {
  let real: RealConsole;
  let running: RunningConsole;
  let blank: BlankServer | null = null;
  const server = (name: string): SandboxServer => real.cluster.server(name);

  beforeAll(async () => {
    real = await prepareRealConsole(2, agentOf, { secure, host, settingsOf: { 'db-3': { skip_networking: 1 } } });
    await real.configure((value) => {
      const erp5 = value.clusters['erp5'];
      Object.assign(erp5 ?? {}, { takeover: { maxLagSeconds: 1 } });
      Object.assign(erp5?.servers['db-3'] ?? {}, { via: 'agent' });
      // Of the old primary, which has no connection whose files could be kept, and of a new replica.
      if (secure) Object.assign(erp5 ?? {}, { replicationTls: replicationFiles(real.cluster.dir, 'db-1') });
    });
    running = (await real.start()).console;
    await server('db-1').sql('CREATE TABLE shop.t (id INT AUTO_INCREMENT PRIMARY KEY, value VARCHAR(20))');
    await caughtUp(server('db-2'), server('db-1'));
  });
  afterAll(async () => {
    await blank?.remove();
    await real?.stop();
  });

  const readOnly = async (name: string): Promise<boolean> =>
    (await server(name).sql('SELECT @@read_only AS ro'))[0]?.['ro'] === '1';
  function seen(name: string): ServerSnapshot | undefined {
    return running.engine.cluster(actor, 'erp5').servers.find((one) => one.name === name);
  }
  const plan = async (target: string, kind: TakeoverKind): Promise<TakeoverPlan> =>
    await running.engine.plan(actor, 'erp5', { target, kind });
  /** The end of the operation that promotes it, which looks for a write there. */
  async function promoted(target: string, id: string): Promise<Operation> {
    const view = (): Promise<Operation> => running.engine.operation(actor, id);
    const isOver = async (): Promise<boolean> => (await view()).outcome !== null;
    await until(async () => !(await readOnly(target)) || (await isOver()), { what: 'it is open', timeoutMs });
    await write(server(target), 'first');
    await until(isOver, { what: 'it ends', timeoutMs });
    return await view();
  }
  /** Clicks on the plan once it is as it should be; where things have changed since, it is reviewed again, as is said then. */
  async function clicked<T>(
    target: string,
    kind: TakeoverKind,
    isReady: (blocks: readonly string[]) => boolean,
    click: (review: TakeoverPlan) => Promise<T>,
  ): Promise<T> {
    const ends: T[] = [];
    const once = async (): Promise<boolean> => {
      const review = await plan(target, kind);
      if (!isReady(codes(review))) return false;
      try {
        ends.push(await click(review));
        return true;
      } catch (error) {
        if (error instanceof BatonError && error.code === 'outdated') return false;
        throw error;
      }
    };
    await until(once, { what: `${kind} to ${target}`, timeoutMs });
    const [end] = ends;
    if (end === undefined) throw new Error('it was never clicked');
    return end;
  }
  const start = async (review: TakeoverPlan, accept: string[] = []) =>
    await running.engine.takeover(actor, 'erp5', asked(review, accept));
  /** How a click ends that accepts all that can be, once that check blocks it; and who is read-only then. */
  async function refusal(target: string, kind: TakeoverKind, code: string, accept: string[] = []): Promise<unknown> {
    const blocked = (blocks: readonly string[]): boolean => blocks.includes(code);
    const end = await clicked(target, kind, blocked, async (review) => await start(review, accept)).catch(
      (error: unknown) => error,
    );
    await write(server('db-1'), code);
    return { end, readOnly: [await readOnly('db-1'), await readOnly('db-2')] };
  }
  const untouched = { end: expect.objectContaining({ code: 'refused' }), readOnly: [false, true] };

  test('refusal when broken', async () => {
    await server('db-2').sql('SET sql_log_bin = 0', "INSERT INTO shop.t VALUES (1, 'in the way')");
    await write(server('db-1'), 'a');
    const accept = ['target-sql-thread', 'target-lag', 'target-errors'];
    expect(await refusal('db-2', 'switchover', 'target-sql-thread', accept)).toEqual(untouched);
    await server('db-2').sql('SET sql_log_bin = 0', 'DELETE FROM shop.t WHERE id = 1', 'START SLAVE');
    await caughtUp(server('db-2'), server('db-1'));
  });

  test('refusal when lagging', async () => {
    const holder = await server('db-2').session();
    await holder.query('LOCK TABLES shop.t READ', { timeoutMs });
    await write(server('db-1'), 'late');
    expect(await refusal('db-2', 'switchover', 'target-lag')).toEqual(untouched);
    holder.destroy();
    await caughtUp(server('db-2'), server('db-1'));
  });

  test('TCP-off replica', async () => {
    await until(() => seen('db-3')?.replication[0]?.lagSeconds === 0, { what: 'it is seen to follow', timeoutMs });
    expect(seen('db-3')).toMatchObject({ state: 'up', role: 'replica', via: 'agent' });
    expect(await refusal('db-3', 'switchover', 'target-tcp', ['target-tcp'])).toEqual(untouched);
  });

  test('old primary still alive and writable: nobody fails over beside it', async () => {
    const accept = ['primary-alive', 'unfenced', 'received-at-risk'];
    expect(await refusal('db-2', 'failover', 'primary-alive', accept)).toEqual(untouched);
  });

  test('double click', async () => {
    let review: TakeoverPlan | null = null;
    const [first, second] = await clicked('db-2', 'switchover', nothing, async (shown) => {
      review = shown;
      return await Promise.all([start(shown), start(shown)]);
    });
    expect(second).toEqual(first);
    expect((await promoted('db-2', first.operationId)).outcome).toMatch(/^succeeded/);
    // And one that comes when all is over.
    expect(review && (await start(review))).toEqual(first);
    expect([await readOnly('db-1'), await readOnly('db-2')]).toEqual([true, false]);
  });

  test('wrong GTID after promotion: a replica that begins with a backup of the promoted server has each row once', async () => {
    const [source, method] = [server('db-2'), host === '::1' ? 'mariabackup' : 'dump'] as const;
    await write(source, 'before the backup');
    const { engine } = running;
    const { id } = await engine.takeBackup(actor, 'erp5', 'db-2', { method });
    const state = async () => (await engine.backupRun(actor, 'erp5', 'db-2', id)).state;
    await until(async () => (await state()) !== 'running', { what: 'the backup', timeoutMs });
    await write(source, 'behind it');
    const published = async () => await engine.connectionParameters(actor, 'erp5', 'db-2');
    await until(async () => (await published())['replication-bootstrap-url'] !== '', {
      what: 'it is known',
      timeoutMs,
    });
    blank = await blankServer(real.cluster);
    const { server: second } = blank;
    const argv = ['replica', 'init', '--defaults-file', second.optionsFile, '--parameters', '-'];
    const ran = await runBaton(argv, { input: JSON.stringify(await published()) });
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('Replicating')]);
    await second.start();
    await write(source, 'as it follows');
    await caughtUp(second, source);
    expect(await rows(second)).toEqual(await rows(source));
    expect(await followed(second)).toMatchObject({ lastErrno: 0 });
  });

  test('old primary still alive and writable, back beside the server that took its place: it is made read-only', async () => {
    await caughtUp(server('db-1'), server('db-2'));
    await server('db-2').kill();
    const { operationId } = await clicked('db-1', 'failover', nothing, start);
    expect((await promoted('db-1', operationId)).outcome).toMatch(/^succeeded/);
    await server('db-2').start();
    await server('db-2').sql('SET GLOBAL read_only = 0');
    await until(async () => await readOnly('db-2'), { what: 'it is read-only', timeoutMs });
    expect(await readOnly('db-1')).toBe(false);
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { pino } from 'pino';
import { startAgent, type RunningAgent } from '../../agent/start-agent.ts';
import { agentConfiguration } from '../../contract/configuration/agent.ts';
import type { Operation } from '../../contract/operation.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { caughtUp, followed } from '../../sandbox/replication.ts';
import { openRelay, type Relay } from '../../sandbox/relay.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import { startWritableProbe, type WritableProbe } from '../../sandbox/writable-probe.ts';
import { startWriteLoad, verifyWrites, type WriteLoad } from '../../sandbox/write-load.ts';
import type { BatonPlan } from './baton.ts';
import { writableOf } from './server-state.ts';

const token = 'a'.repeat(48);

/**
 * For tests: one real cluster with an agent beside each server, an enabled event and a service, on which many operations
 * are played one after the other. Who is the primary changes with them.
 */
export class Stage implements AsyncDisposable {
  readonly cluster: SandboxCluster;
  readonly #agents: readonly RunningAgent[];
  readonly #relays: readonly Relay[];
  readonly plan: BatonPlan;
  /** The primary now, by name. */
  primary = 'db-1';

  private constructor(cluster: SandboxCluster, agents: readonly RunningAgent[], relays: readonly Relay[]) {
    this.cluster = cluster;
    this.#agents = agents;
    this.#relays = relays;
    const addresses = cluster.servers.map(
      ({ name }, index) => [name, { url: `http://127.0.0.1:${relays[index]?.port}`, token }] as const,
    );
    this.plan = {
      dir: cluster.dir,
      servers: cluster.servers.map(({ name, host, port }) => ({ name, host, port })),
      accounts: cluster.accounts,
      agents: Object.fromEntries(addresses),
      longWriteSeconds: 3,
    };
  }

  static async open(): Promise<Stage> {
    const cluster = await createCluster({ settings: { event_scheduler: 'ON' } });
    const tokenFile = join(cluster.dir, 'agent-token');
    await writeFile(tokenFile, token, { mode: 0o600 });
    const agents = await Promise.all(cluster.servers.map(async (server) => await agentOf(server, tokenFile)));
    const ways = agents.map(async ({ url }) => {
      const { hostname: host, port } = new URL(url);
      return await openRelay(() => ({ host, port: Number(port) }));
    });
    const stage = new Stage(cluster, agents, await Promise.all(ways));
    // With EVENT the watch remembers what a primary that dies has had.
    const grant = `GRANT EVENT ON *.* TO '${cluster.accounts.observe.user}'@'%'`;
    await cluster.server('db-1').sql('CREATE EVENT shop.daily ON SCHEDULE EVERY 1 DAY DO SET @a = 1', grant);
    await stage.settled();
    return stage;
  }

  /** The agents take every question, and say nothing until this is over. */
  async hangAgents(hang: boolean): Promise<void> {
    await Promise.all(this.#relays.map(async (relay) => await relay.set({ kind: hang ? 'black-hole' : 'open' })));
  }

  server(name: string): SandboxServer {
    return this.cluster.server(name);
  }

  /** Everybody but the primary. */
  get replicas(): string[] {
    return this.cluster.servers.map(({ name }) => name).filter((name) => name !== this.primary);
  }

  /** Resolves when every replica has what the primary has. */
  async settled(): Promise<void> {
    await Promise.all(this.replicas.map(async (name) => await caughtUp(this.server(name), this.server(this.primary))));
  }

  /** An application that writes to whoever takes it, or to the named servers alone, and a probe of who that is. */
  load(servers: readonly string[] = this.cluster.servers.map(({ name }) => name)): Writes {
    const { app: account } = this.cluster.accounts;
    const load = startWriteLoad({ servers: servers.map((name) => this.server(name)), account, perSecond: 100 });
    return new Writes(load, startWritableProbe({ servers: this.cluster.servers, account, everyMs: 10 }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#relays.map(async (relay) => await relay.close()));
    await Promise.all(this.#agents.map(async (agent) => await agent.close()));
    await this.cluster.stop();
  }
}

/**
 * The primary alone takes writes, its event is enabled there and nowhere else, and everybody else follows it, but the
 * named ones; nothing that was acknowledged is missing anywhere.
 */
export async function expectWhole(
  stage: Stage,
  acknowledged: readonly string[],
  apart: readonly string[] = [],
): Promise<void> {
  const primary = stage.server(stage.primary);
  const following = stage.replicas.filter((name) => !apart.includes(name));
  expect((await writableOf(stage.cluster.servers)).filter((name) => !apart.includes(name))).toEqual([stage.primary]);
  expect(await verifyWrites(primary, acknowledged)).toEqual([]);
  for (const name of following) {
    expect(await followed(stage.server(name))).toMatchObject({ port: primary.port });
    await caughtUp(stage.server(name), primary);
    expect(await verifyWrites(stage.server(name), acknowledged)).toEqual([]);
  }
  for (const name of [stage.primary, ...following]) {
    const [event] = await stage
      .server(name)
      .sql('SELECT STATUS, @@event_scheduler AS scheduler FROM information_schema.EVENTS');
    const wanted = { STATUS: name === stage.primary ? 'ENABLED' : 'SLAVESIDE_DISABLED', scheduler: 'ON' };
    expect([name, event]).toEqual([name, wanted]);
  }
}

/** What runs beside one operation. */
export class Writes {
  readonly #load: WriteLoad;
  readonly #probe: WritableProbe;

  constructor(load: WriteLoad, probe: WritableProbe) {
    this.#load = load;
    this.#probe = probe;
  }

  async flowing(): Promise<void> {
    await this.#load.flowing(30_000);
  }

  /** Ends both: the ids that were acknowledged, and where two servers took writes at once. */
  async stop(): Promise<{ acknowledged: readonly string[]; overlaps: readonly unknown[] }> {
    const { acknowledged } = await this.#load.stop();
    const { overlaps } = await this.#probe.stop();
    return { acknowledged, overlaps };
  }
}

async function agentOf(server: SandboxServer, tokenFile: string): Promise<RunningAgent> {
  const { name, socket, optionsFile: defaultsFile, persistFile, folder } = server;
  await writeFile(join(folder, 'gate'), '');
  const configuration = agentConfiguration.parse({
    listen: '127.0.0.1:0',
    name,
    server: { socket, defaultsFile, persistFile },
    tokenFile,
    stateDirectory: folder,
    services: { mariadb_update: { kind: 'gate', file: join(folder, 'gate'), run: ['true'] } },
  });
  return await startAgent(configuration, pino({ level: 'silent' }));
}

/** The page tells it without a gap: every step has an end, each once, and times that fit. */
export function expectStory(view: Operation, ids: readonly string[]): void {
  expect(view.steps.map(({ id }) => id)).toEqual(ids);
  for (const { id, state, startedAt, endedAt, waitsFor } of view.steps) {
    expect([id, state]).toEqual([id, expect.stringMatching(/^(done|skipped|undone|failed|not-run)$/)]);
    expect([id, waitsFor]).toEqual([id, null]);
    const ran = state !== 'not-run';
    expect([id, startedAt !== null, endedAt !== null]).toEqual([id, ran, ran]);
    if (startedAt !== null && endedAt !== null)
      expect(Date.parse(endedAt)).toBeGreaterThanOrEqual(Date.parse(startedAt));
  }
  expect(view.outcome).not.toBeNull();
  expect(view.endedAt).not.toBeNull();
  expect(view.summary).toMatch(/\w/);
}

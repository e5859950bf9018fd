import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startTestAgent, type TestAgent } from '../../agent/fixtures.ts';
import type { ServerControlConfiguration } from '../../contract/configuration/services.ts';
import { createGaleraCluster, type GaleraSandbox } from '../../sandbox/galera/galera-cluster.ts';
import { galeraLaunch } from '../../sandbox/galera/launch.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import { until } from '../../sandbox/until.ts';
import { RealSupervisord } from '../../services/testing/supervisord.ts';
import { startPosition } from '../parse/recovered.ts';
import { untilState } from '../testing/facts.ts';

/** A node on a busy machine, started and stopped twice. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let folder: string;
let cluster: GaleraSandbox;
let node: SandboxServer;
/** What a service manager runs. */
let command: readonly string[];
let path: string;
let supervisord: RealSupervisord | null = null;
let agent: TestAgent | null = null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-managers-'));
  cluster = await createGaleraCluster({ nodes: ['db-1'] });
  node = cluster.server('db-1');
  const launch = await galeraLaunch();
  path = launch.path;
  const account = launch.account
    ? ['--reuid', String(launch.account.uid), '--regid', String(launch.account.gid), '--clear-groups']
    : [];
  // Neither manager leaves a server behind when the test dies.
  command = ['setpriv', '--pdeathsig', 'KILL', ...account, 'mariadbd', `--defaults-file=${node.optionsFile}`];
  await node.sql("INSERT INTO shop.orders (uid) VALUES ('before')");
  await node.kill();
});
afterEach(async () => {
  await agent?.remove();
  agent = null;
  vi.unstubAllEnvs();
});
afterAll(async () => {
  await supervisord?.stop();
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

const begunWell = { sameHistory: true, goesOn: true, startFile: '', bootstrapSwitches: [], rows: 1 };

/** Crashed, it is begun with its position by this manager, and then stopped by it; answers what was found between. */
async function begunBy(control: ServerControlConfiguration) {
  const { socket, optionsFile: defaultsFile, startFile } = node;
  agent = await startTestAgent({
    name: 'db-1',
    server: { socket, defaultsFile, control, galera: { startFile: startFile ?? '' } },
  });
  const { galera } = agent.client;
  const stateOf = async (): Promise<string> => (await galera.evidence()).evidence.alive.kind;
  const workEnded = async (): Promise<void> => {
    await until(async () => (await galera.evidence()).work.endedAt !== null, { what: 'the agent is done' });
    expect((await galera.evidence()).work.error).toBeNull();
  };
  const { recovered } = (await galera.position(60_000)).evidence;
  if (recovered.kind !== 'position') throw new Error(recovered.reason);
  await galera.start({ bootstrap: true, position: startPosition(recovered), forgetView: false });
  await untilState(stateOf, 'serving');
  await workEnded();
  const { alive, bootstrapSwitches } = (await galera.evidence()).evidence;
  const status = alive.kind === 'serving' ? alive.status : null;
  const found = {
    // Without the position in its options it would have begun a new history (measured).
    sameHistory: status?.clusterStatus === 'primary' && status.stateUuid === recovered.uuid,
    goesOn: BigInt(status?.lastCommitted ?? '-1') > BigInt(recovered.seqno),
    startFile: await readFile(startFile ?? '', 'utf8'),
    bootstrapSwitches,
    rows: (await node.sql("SELECT uid FROM shop.orders WHERE uid = 'before'")).length,
  };
  await galera.stop(false);
  await untilState(stateOf, 'down');
  await workEnded();
  // A clean stop has written where it stands; the next start is from a crash again.
  const grastate = join(node.dataDir, 'grastate.dat');
  await writeFile(grastate, (await readFile(grastate, 'utf8')).replace(/seqno: +\d+/, 'seqno:   -1'));
  return found;
}

test('supervisord begins a cluster with a node from its position, and the switch is gone when the node has read it', async () => {
  supervisord = new RealSupervisord(folder);
  // With startsecs=0 it says that the program runs before the program has read anything.
  await supervisord.start(
    `[program:mariadb]\ncommand=${command.join(' ')}\nenvironment=PATH="${path}"\nautostart=false\nautorestart=false\nstartsecs=0\nstopwaitsecs=60\n`,
  );
  const { url } = supervisord.address;
  expect(await begunBy({ kind: 'supervisord', url, program: 'mariadb' })).toEqual(begunWell);
});

test('a simple unit of systemd, which is said to be active at once, begins a cluster with a node just so', async () => {
  const bin = join(folder, 'bin');
  const unit = join(folder, 'mariadb.service');
  const fake = join(import.meta.dirname, '..', '..', 'services', 'testing', 'fake-systemctl.mjs');
  await mkdir(bin);
  await mkdir(unit);
  await writeFile(join(bin, 'systemctl'), `#!/bin/sh\nexec ${process.execPath} ${fake} "$@"\n`, { mode: 0o755 });
  await writeFile(join(unit, 'exec'), JSON.stringify(command));
  await writeFile(join(unit, 'type'), 'simple');
  await writeFile(join(unit, 'file'), 'enabled');
  vi.stubEnv('PATH', `${bin}:${path}`);
  vi.stubEnv('FAKE_SYSTEMD', folder);
  expect(await begunBy({ kind: 'systemd', unit: 'mariadb.service', user: false })).toEqual(begunWell);
});

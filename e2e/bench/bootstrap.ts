import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentToken, startAgentProcesses, type AgentProcess } from '../../server/agent/testing/agent-processes.ts';
import { blankServer } from '../../server/bootstrap/testing/blank-server.ts';
import { createCluster, type SandboxCluster } from '../../server/sandbox/cluster.ts';
import type { SandboxServer } from '../../server/sandbox/server-process.ts';
import { until } from '../../server/sandbox/until.ts';
import { compileCache, flagsFor } from '../../server/setup/node24.mjs';
import type { Bound } from './figure-table.ts';
import { median, peakMemoryMb, resetPeakMemory } from './process-cost.ts';

const ROWS_A_STEP = 200_000;
/** A row with its share of both indexes. */
const BYTES_A_ROW = 252;
const ROUNDS = 3;
const sampleMs = 50;
const byHand = join(import.meta.dirname, 'bootstrap-by-hand.sh');
const root = join(import.meta.dirname, '..', '..');
const main = join(root, 'server', 'cli', 'main.ts');
/** As a server of that size would have them: with 16 MB a dump loads for ever. */
const settings = { innodb_buffer_pool_size: '512M', innodb_log_file_size: '256M' };

export interface BootstrapFigures {
  readonly dataMb: number;
  readonly rawPipelineSeconds: number;
  readonly physicalSeconds: number;
  readonly dumpSeconds: number;
  readonly physicalToRaw: number;
  readonly dumpToPhysical: number;
  readonly initPeakMb: number;
  readonly agentPeakMb: number;
}

export const bootstrapBounds = {
  physicalToRaw: { atMost: 1.15 },
  dumpToPhysical: { atLeast: 5 },
  initPeakMb: { atMost: 200 },
  agentPeakMb: { atMost: 200 },
} satisfies Partial<Record<keyof BootstrapFigures, Bound>>;

/**
 * Bootstraps a replica of `megabytes` of data: by hand (mariadb-backup | zstd, over loopback, mbstream, prepare), by
 * `baton replica init` from a physical backup of an agent, and from its dump. By hand nothing is checked, started or proven.
 */
export async function measureBootstrap(megabytes: number): Promise<BootstrapFigures> {
  const cluster = await createCluster({ replicas: 0, settings });
  const work = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  const agents = await startAgentProcesses(cluster, () => ({
    backups: { directory: join(work, 'backups'), method: ['mariabackup', 'dump'] },
  }));
  try {
    const primary = cluster.server('db-1');
    const dataMb = await fill(primary, megabytes);
    const agent = agents.of('db-1');
    resetPeakMemory(agent.pid);
    for (const method of ['mariabackup', 'dump'] as const) await backup(agent, method);
    const [raw, physical, memory]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      raw.push(await rawPipeline(primary, join(work, `raw-${round}`)));
      const made = await init(cluster, `${agent.url}/backups/${await newest(agent, 'mariabackup')}`);
      physical.push(made.seconds);
      memory.push(made.peakMb);
    }
    const dump = await init(cluster, `${agent.url}/backups/${await newest(agent, 'dump')}`);
    return {
      dataMb,
      rawPipelineSeconds: median(raw),
      physicalSeconds: median(physical),
      dumpSeconds: dump.seconds,
      physicalToRaw: median(physical) / median(raw),
      dumpToPhysical: dump.seconds / median(physical),
      initPeakMb: Math.max(...memory, dump.peakMb),
      agentPeakMb: peakMemoryMb(agent.pid),
    };
  } finally {
    await agents.stop();
    await cluster.stop();
    await rm(work, { recursive: true, force: true });
  }
}

/** SQL text for so many random digits. */
const digits = (count: number): string =>
  `SUBSTR(CONCAT(${Array.from({ length: Math.ceil(count / 15) }, () => 'LPAD(FLOOR(RAND() * 1e15), 15, 0)').join(', ')}), 1, ${count})`;

/** Rows of near-random digits, as sysbench writes them: they compress badly. Answers the size of the tables. */
async function fill(server: SandboxServer, megabytes: number): Promise<number> {
  await server.sql(
    'CREATE TABLE shop.bench (id INT PRIMARY KEY AUTO_INCREMENT, k INT NOT NULL, c CHAR(120) NOT NULL, pad CHAR(60) NOT NULL, KEY k (k)) CHARSET latin1',
  );
  const steps = Math.ceil((megabytes * 1e6) / BYTES_A_ROW / ROWS_A_STEP);
  for (let step = 0; step < steps; step += 1) {
    await server.sql(
      'USE shop',
      'SET sql_log_bin=0',
      `INSERT INTO bench (k, c, pad) SELECT FLOOR(RAND() * 1e9), ${digits(120)}, ${digits(60)} FROM seq_1_to_${ROWS_A_STEP}`,
    );
  }
  await server.sql('ANALYZE TABLE shop.bench');
  const [row] = await server.sql(
    "SELECT (data_length + index_length) / 1e6 AS mb FROM information_schema.TABLES WHERE table_name='bench'",
  );
  return Number(row?.['mb'] ?? 0);
}

async function backup({ client }: AgentProcess, method: 'mariabackup' | 'dump'): Promise<void> {
  const { id } = await client.takeBackup({ method });
  await until(async () => (await client.backupRun(id)).state !== 'running', {
    what: `the ${method} ends`,
    timeoutMs: 600_000,
  });
  const { state, error } = await client.backupRun(id);
  if (state !== 'done') throw new Error(`the ${method} failed: ${error}`);
}

async function newest({ client }: AgentProcess, method: 'mariabackup' | 'dump'): Promise<string> {
  const found = (await client.backups()).find((one) => one.method === method);
  if (!found) throw new Error(`there is no ${method}`);
  return found.name;
}

/** Seconds from the first byte read of the source to a directory that a server could be started on. */
async function rawPipeline(source: SandboxServer, directory: string): Promise<number> {
  await mkdir(directory);
  await mkdir(`${directory}-work`);
  const listener = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const startedAt = performance.now();
  const out = connect({ host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : 0 });
  const [[incoming]] = await Promise.all([once(listener, 'connection'), once(out, 'connect')]);
  // The programs get the sockets themselves: nothing of ours is in the way of a byte.
  const receiver = spawn(byHand, ['receive', directory], { stdio: [incoming, 'ignore', 'inherit'] });
  const sender = spawn(byHand, ['send', source.optionsFile, `${directory}-work`], {
    stdio: ['ignore', out, 'inherit'],
  });
  const ends = [endOf(receiver), endOf(sender)];
  incoming.destroy();
  out.destroy();
  await Promise.all(ends);
  const seconds = (performance.now() - startedAt) / 1000;
  listener.close();
  await rm(directory, { recursive: true });
  return seconds;
}

async function endOf(child: ChildProcess): Promise<void> {
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${code}`);
}

/** `baton replica init` as a process of its own, from its start to its end. */
async function init(cluster: SandboxCluster, url: string): Promise<{ seconds: number; peakMb: number }> {
  const blank = await blankServer(cluster, { settings });
  try {
    const { user, password } = cluster.accounts.replication;
    const parameters = join(blank.folder, 'parameters.json');
    const primary = `mysql://${user}:${password}@127.0.0.1:${cluster.server('db-1').port}`;
    const asked = { 'primary-url': primary, 'bootstrap-url': url, 'replication-bootstrap-token': agentToken };
    await writeFile(parameters, JSON.stringify(asked), { mode: 0o600 });
    const startedAt = performance.now();
    const argv = [
      ...flagsFor(['replica']),
      main,
      'replica',
      'init',
      '--defaults-file',
      blank.server.optionsFile,
      '--parameters',
      parameters,
    ];
    // As baton.mjs starts it; that itself lives on beside it, and its memory is not what is measured.
    const env = { ...process.env, ...compileCache(root, ['replica']) };
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'], env });
    // What it says of its stages, with the second of each.
    child.stderr.on('data', (text: Buffer) => {
      const at = ((performance.now() - startedAt) / 1000).toFixed(1);
      process.stdout.write(
        text
          .toString()
          .trimEnd()
          .replaceAll(/^/gm, `  ${at.padStart(6)} s  `) + '\n',
      );
    });
    let peakMb = 0;
    const sampling = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid))), sampleMs);
    await endOf(child).finally(() => clearInterval(sampling));
    return { seconds: (performance.now() - startedAt) / 1000, peakMb };
  } finally {
    await blank.remove();
  }
}

/** 0 once it has ended. */
function peakOf(pid: number | undefined): number {
  try {
    return pid === undefined ? 0 : peakMemoryMb(pid);
  } catch {
    return 0;
  }
}

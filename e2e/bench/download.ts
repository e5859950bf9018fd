import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { ConsoleClient } from '../demo/console-client.ts';
import type { RunningDemo } from '../demo/running-demo.ts';
import type { Bound } from './figure-table.ts';
import { writeLargeDump } from './large-dump.ts';
import { cpuSeconds, median, peakMemoryMb, resetPeakMemory } from './process-cost.ts';

const GIGABYTE = 1e9;
const BYTES = 2 * 1024 ** 3;
const ROUNDS = 3;

export interface DownloadFigures {
  readonly directMbPerSecond: number;
  readonly proxiedMbPerSecond: number;
  readonly ratio: number;
  readonly consoleCpuSecondsPerGb: number;
  /** Of the console: before, and at its highest during a 2 GB download. */
  readonly memoryBeforeMb: number;
  readonly memoryPeakMb: number;
}

export const downloadBounds = { ratio: { atLeast: 0.7 } } satisfies Partial<Record<keyof DownloadFigures, Bound>>;

/** The same 2 GB file, straight from the agent and through the console, in turn. */
export async function measureDownload(demo: RunningDemo): Promise<DownloadFigures> {
  const client = new ConsoleClient(demo.file);
  const server = demo.file.clusters['erp5']?.servers[0];
  if (!server) throw new Error('the demo has no servers');
  const { directory, token } = agentOf(demo.file.config, server.name, demo.dir);
  await using dump = await writeLargeDump(directory, server.name, BYTES);
  await client.until((snapshot) => snapshot.newestDump !== null);
  const proxied = `${demo.file.console.url.replace(/\/$/, '')}/api/v1/clusters/erp5/dumps/${server.name}/${dump.name}`;
  await untilServed(proxied, demo.file.console.token);
  const { pid } = demo.file.console;
  const direct: number[] = [];
  const through: number[] = [];
  const cpu: number[] = [];
  resetPeakMemory(pid);
  const memoryBeforeMb = peakMemoryMb(pid);
  for (let round = 0; round < ROUNDS; round += 1) {
    direct.push(await mbPerSecond(`${server.agentUrl}/backups/${dump.name}`, token));
    const before = cpuSeconds(pid);
    through.push(await mbPerSecond(proxied, demo.file.console.token));
    cpu.push((cpuSeconds(pid) - before) / (BYTES / GIGABYTE));
  }
  return {
    directMbPerSecond: median(direct),
    proxiedMbPerSecond: median(through),
    ratio: median(through) / median(direct),
    consoleCpuSecondsPerGb: median(cpu),
    memoryBeforeMb,
    memoryPeakMb: peakMemoryMb(pid),
  };
}

/** Reads it all and throws it away. Rejects when the length is not as announced. */
async function mbPerSecond(url: string, token: string): Promise<number> {
  const startedAt = performance.now();
  const received = await new Promise<number>((done, reject) => {
    get(url, { headers: { authorization: `Bearer ${token}` } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('end', () => done(bytes));
      response.on('error', reject);
    }).on('error', reject);
  });
  if (received !== BYTES) throw new Error(`${url} gave ${received} bytes of ${BYTES}`);
  return BYTES / 1e6 / ((performance.now() - startedAt) / 1000);
}

async function untilServed(url: string, token: string): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const { status } = await fetch(url, { method: 'HEAD', headers: { authorization: `Bearer ${token}` } });
    if (status === 200) return;
    if (performance.now() - startedAt > 30_000) throw new Error(`${url}: ${status}`);
    await delay(100);
  }
}

function agentOf(configurationPath: string, server: string, dir: string): { directory: string; token: string } {
  const { clusters } = parse(readFileSync(configurationPath, 'utf8'));
  const tokenFile = resolve(dirname(configurationPath), clusters.erp5.agentTokenFile);
  const agentPath = join(dir, 'agents', `${server}.yaml`);
  const { agent } = parse(readFileSync(agentPath, 'utf8'));
  return {
    directory: resolve(dirname(agentPath), agent.backups.directory),
    token: readFileSync(tokenFile, 'utf8').trim(),
  };
}

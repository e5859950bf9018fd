import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { startWriteLoad } from '../../server/sandbox/write-load.ts';
import { ConsoleClient } from '../demo/console-client.ts';
import type { RunningDemo } from '../demo/running-demo.ts';
import { handScript } from './hand-script.ts';
import { median, percentile95 } from './process-cost.ts';

const ROUNDS = 10;
const WRITES_PER_SECOND = 200;

export interface TakeoverFigures {
  readonly scriptOutageMs: { readonly median: number; readonly p95: number };
  readonly batonOutageMs: { readonly median: number; readonly p95: number };
  /** Of the gaps that a writer saw. The bound of the issue is 1.5. */
  readonly ratio: number;
  /** From read_only=1 to read_only=0, as the script and Baton themselves measure it. */
  readonly scriptStatementsMs: number;
  readonly batonStatementsMs: number;
}

/** Ten takeovers by the script and ten by Baton, in turn, on the same cluster under the same load. */
export async function measureTakeover(demo: RunningDemo): Promise<TakeoverFigures> {
  const client = new ConsoleClient(demo.file);
  const servers = demo.file.clusters['erp5']?.servers ?? [];
  const script: number[] = [];
  const baton: number[] = [];
  const scriptOwn: number[] = [];
  const batonOwn: number[] = [];
  const replication = replicationAccount(demo.file.config);
  for (let round = 0; round < ROUNDS * 2; round += 1) {
    const byScript = round % 2 === 0;
    const [from, to] = byScript ? ['db-1', 'db-2'] : ['db-2', 'db-1'];
    await client.until((snapshot) => settled(snapshot, from));
    const first = servers[0];
    if (!first) throw new Error('the demo has no servers');
    const load = startWriteLoad({
      servers: servers.map(({ name, host, port }) => ({ name, address: { host, port } })),
      account: { user: first.appUser, password: first.appPassword },
      perSecond: WRITES_PER_SECOND,
    });
    await load.flowing();
    if (byScript) scriptOwn.push(await handScript(servers, from, to, replication));
    else {
      const operation = await client.promote(to, { kind: 'switchover' });
      if (!operation.outcome?.startsWith('succeeded')) throw new Error(`${operation.outcome}: ${operation.summary}`);
      batonOwn.push(operation.writeOutageMs ?? Number.NaN);
    }
    await load.flowing();
    const report = await load.stop();
    (byScript ? script : baton).push(report.largestGapMs);
  }
  return {
    scriptOutageMs: { median: median(script), p95: percentile95(script) },
    batonOutageMs: { median: median(baton), p95: percentile95(baton) },
    ratio: median(baton) / median(script),
    scriptStatementsMs: median(scriptOwn),
    batonStatementsMs: median(batonOwn),
  };
}

function settled(snapshot: Awaited<ReturnType<ConsoleClient['cluster']>>, primary: string): boolean {
  return (
    snapshot.primary === primary &&
    snapshot.operationId === null &&
    snapshot.servers.every(
      (server) =>
        server.name === primary ||
        server.replication.some(
          (link) => link.primary === primary && link.ioThread === 'running' && link.sqlThread === 'running',
        ),
    )
  );
}

function replicationAccount(configurationPath: string): { user: string; password: string } {
  const { user, passwordFile } = parse(readFileSync(configurationPath, 'utf8')).clusters.erp5.replication;
  return { user, password: readFileSync(resolve(dirname(configurationPath), passwordFile), 'utf8').trim() };
}

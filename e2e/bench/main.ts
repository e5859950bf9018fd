import { parseArgs } from 'node:util';
import { startDemo, type RunningDemo } from '../demo/running-demo.ts';
import { bootstrapBounds, measureBootstrap } from './bootstrap.ts';
import { bareStatements } from './bare-statements.ts';
import { baton } from './baton.ts';
import { benchCluster, type BenchCluster } from './bench-cluster.ts';
import type { Contender } from './contender.ts';
import { downloadBounds, measureDownload } from './download.ts';
import { figureTable } from './figure-table.ts';
import { crashLine, crashTables } from './galera/crash-report.ts';
import { measureCrashes } from './galera/measure-crashes.ts';
import { handScript } from './hand-script.ts';
import { orchestrator, orchestratorProgram } from './orchestrator.ts';
import { outageTable } from './outage-table.ts';
import { measurePolling } from './polling.ts';
import { measureFailovers, measureSwitchovers } from './takeovers.ts';

/** Runs the named measurements, or all of them, on a demo of its own and prints what they found. */
const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '20' },
    megabytes: { type: 'string', default: '1000' },
    /** Of the first crash; the next ones follow it. */
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    /** The steps of every recovery. */
    steps: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
/** These need a demo; the bootstrap has a primary of its own, with more in it. */
const onDemo = ['polling', 'switchover', 'failover', 'download'];
const known = [...onDemo, 'bootstrap', 'galera'];
const write = (text: string): void => void process.stdout.write(text);
const wants = (name: string): boolean => asked.length === 0 || asked.includes(name);

async function contendersFor(cluster: BenchCluster): Promise<Contender[]> {
  const program = orchestratorProgram();
  if (program === null) write('orchestrator: not here (neither BATON_ORCHESTRATOR nor in PATH)\n');
  const others = program === null ? [] : [await orchestrator(program, cluster)];
  return [bareStatements(cluster), await handScript(cluster), baton(cluster), ...others];
}

async function measure(demo: RunningDemo): Promise<void> {
  if (wants('polling')) write(figureTable('Watching, per server', await measurePolling(demo)));
  if (wants('switchover') || wants('failover')) {
    const cluster = benchCluster(demo);
    const contenders = await contendersFor(cluster);
    if (wants('switchover')) {
      const name = `Switchover: writes stopped, as a writer sees it, ${rounds} each in turn`;
      write(`\n${name}\n${outageTable(await measureSwitchovers(cluster, contenders, rounds), 1.3)}`);
    }
    if (wants('failover')) {
      const name = `Failover after kill -9: from the decision to the first acknowledged write, ${rounds} each in turn`;
      write(`\n${name}\n${outageTable(await measureFailovers(cluster, contenders, rounds), 1.5)}`);
    }
  }
  if (wants('download')) {
    const name = 'Download of 2 GB, through the console against direct';
    write(figureTable(name, await measureDownload(demo), downloadBounds));
  }
}

const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) throw new Error(`no measurement ${unknown.join(', ')}: there are ${known.join(', ')}`);
if (onDemo.some(wants)) {
  write('Starting a demo to measure on …\n');
  const demo = await startDemo({ writeLoad: 0 });
  try {
    await measure(demo);
  } finally {
    await demo.stop();
  }
}
if (wants('bootstrap')) {
  const megabytes = Number(options.megabytes);
  const name = `First copy of a replica, ${megabytes} MB of data`;
  write(figureTable(name, await measureBootstrap(megabytes), bootstrapBounds));
}
if (wants('galera')) {
  const seed = Number(options.seed);
  write(`\nGalera --rounds ${rounds} --seed ${seed}\n`);
  const ended = await measureCrashes({ rounds, seed }, (round) => {
    write(`${crashLine(round, options.steps)}\n`);
  });
  write(`\n${crashTables(ended)}`);
  if (ended.some(({ broken }) => broken.length > 0)) process.exitCode = 1;
}

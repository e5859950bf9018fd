import { startDemo } from '../demo/running-demo.ts';
import { measureDownload } from './download.ts';
import { measurePolling } from './polling.ts';
import { measureTakeover } from './takeover.ts';

/** Runs the named measurements, or all of them, on a demo of its own and prints what they found. */
const asked = process.argv.slice(2);
const wants = (name: string): boolean => asked.length === 0 || asked.includes(name);
const print = (name: string, figures: object): void => {
  process.stdout.write(`\n${name}\n`);
  for (const [key, value] of Object.entries(figures)) {
    const shown = typeof value === 'number' ? value.toFixed(2) : JSON.stringify(value);
    process.stdout.write(`  ${key.padEnd(32)} ${shown}\n`);
  }
};

process.stdout.write('Starting a demo to measure on …\n');
const demo = await startDemo({ writeLoad: 0 });
try {
  if (wants('polling')) print('Watching, per server', await measurePolling(demo));
  if (wants('takeover')) print('Switchover against a hand-written script', await measureTakeover(demo));
  if (wants('download')) print('Download of 2 GB, through the console against direct', await measureDownload(demo));
} finally {
  await demo.stop();
}

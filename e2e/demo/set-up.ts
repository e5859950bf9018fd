import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDemo } from './running-demo.ts';
import { livingProcesses } from './processes.ts';

/** Starts the demo once for all tests; at the end it is stopped as Ctrl-C does it, and nothing of it may be left. */
export default async function setUp(): Promise<() => Promise<void>> {
  const demo = await startDemo({ writeLoad: 50 });
  process.env['BATON_E2E_DEMO'] = join(demo.dir, 'demo.json');
  return async () => {
    await demo.stop();
    const left = livingProcesses(demo.dir);
    if (left.length > 0) {
      writeFileSync(join(import.meta.dirname, '../../test-results/left-running.txt'), left.join('\n'));
      throw new Error(`the demo left processes running:\n${left.join('\n')}`);
    }
  };
}

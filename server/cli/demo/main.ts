import { complain, say } from '../../setup/progress.mjs';
import { SetupError } from '../../setup/setup-error.mjs';
import { leaveParent, untilStopped } from '../until-stopped.ts';
import { demoOptions } from './options.ts';
import { runDemo, type Endings } from './run-demo.ts';

/** The demo behind `npm run demo`: its options come as JSON from setup/demo.mjs. */
const options = demoOptions.parse(JSON.parse(process.argv[2] ?? '{}'));
const stopped = untilStopped();
const endings: Endings = [];

try {
  const demo = runDemo(options, endings);
  // A failure after the wish to stop is a consequence of it.
  const settled = demo.then(
    () => 'ready' as const,
    () => 'failed' as const,
  );
  const first = await Promise.race([settled, stopped.then(() => 'stopped' as const)]);
  if (first === 'failed') await demo;
  if (first === 'ready') await stopped;
  say('\nStopping. The data stay: the next run goes on with them, --fresh starts from nothing.');
  if (first === 'stopped') {
    process.exitCode = 130;
    // What is being started meets the end of what it needs, and adds what it had started to the endings.
    await endAll();
    await settled;
  }
} catch (error) {
  complain(error instanceof SetupError ? error.message : String(error instanceof Error ? error.stack : error));
  process.exitCode = error instanceof SetupError ? error.exitCode : 1;
}
await endAll();
leaveParent();

async function endAll(): Promise<void> {
  for (let end = endings.pop(); end !== undefined; end = endings.pop()) {
    await end().catch((error: unknown) => complain(`While stopping: ${String(error)}`));
  }
}

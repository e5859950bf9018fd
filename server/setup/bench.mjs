import { bootstrap } from './bootstrap.mjs';
import { demoNeeds } from './debian.mjs';

await bootstrap(demoNeeds, 'server/setup/bench-run.ts', process.argv.slice(2));

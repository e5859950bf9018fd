import { bootstrap } from './bootstrap.mjs';
import { testNeeds } from './debian.mjs';

await bootstrap(testNeeds, 'server/setup/test-run.ts', process.argv.slice(2));

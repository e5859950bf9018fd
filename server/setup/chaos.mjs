import { bootstrap } from './bootstrap.mjs';
import { demoNeeds } from './debian.mjs';

await bootstrap(demoNeeds, 'e2e/chaos/main.ts', process.argv.slice(2));

import { bootstrap } from './bootstrap.mjs';
import { demoNeeds, galeraNeeds } from './debian.mjs';
import { ensureSstScripts } from './sst-scripts.mjs';

const needs = [...demoNeeds, ...galeraNeeds, { package: 'curl', programs: ['curl'] }];
await bootstrap(needs, 'e2e/bench/main.ts', process.argv.slice(2), ensureSstScripts);

import { bootstrap, root } from './bootstrap.mjs';
import { demoNeeds } from './debian.mjs';
import { readDemoOptions } from './demo-options.mjs';
import { complain, say } from './progress.mjs';

const request = readDemoOptions(process.argv.slice(2), root);
if (request.kind === 'help') say(request.text);
else if (request.kind === 'wrong') {
  complain(request.text);
  process.exitCode = 2;
} else {
  say('Baton demo');
  const needs = request.options.tls ? [...demoNeeds, { package: 'openssl', programs: ['openssl'] }] : demoNeeds;
  await bootstrap(needs, 'server/cli/demo/main.ts', [JSON.stringify(request.options)]);
}

import { bootstrap, root } from './bootstrap.mjs';
import { demoNeeds, galeraNeeds } from './debian.mjs';
import { readDemoOptions } from './demo-options.mjs';
import { complain, say } from './progress.mjs';
import { ensureSstScripts } from './sst-scripts.mjs';

const request = readDemoOptions(process.argv.slice(2), root);
if (request.kind === 'help') say(request.text);
else if (request.kind === 'wrong') {
  complain(request.text);
  process.exitCode = 2;
} else {
  say('Baton demo');
  const { tls, galera } = request.options;
  const needs = [
    ...demoNeeds,
    ...(tls ? [{ package: 'openssl', programs: ['openssl'] }] : []),
    ...(galera ? galeraNeeds : []),
  ];
  await bootstrap(
    needs,
    'server/cli/demo/main.ts',
    [JSON.stringify(request.options)],
    galera ? ensureSstScripts : undefined,
  );
}

import { bootstrap } from './bootstrap.mjs';
import { testNeeds } from './debian.mjs';
import { ensureMroonga } from './mroonga.mjs';
import { ensureSstScripts } from './sst-scripts.mjs';
import { ensureSupervisord } from './supervisord.mjs';

await bootstrap(testNeeds, 'server/setup/test-run.ts', process.argv.slice(2), async (root) => {
  await ensureSstScripts(root);
  await ensureSupervisord(root);
  await ensureMroonga(root);
});

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { untilSynced } from '../../sandbox/galera/node.ts';
import { expectSameRows, insert } from '../testing/facts.ts';
import { recoveryDesk, type RecoveryDesk } from '../testing/recovery-desk.ts';
import { galeraStage, type GaleraStage } from '../testing/stage.ts';

/** Three nodes on a busy machine. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

let stage: GaleraStage;
let desk: RecoveryDesk;
beforeAll(async () => {
  stage = await galeraStage({
    settings: {
      server_id: 7,
      skip_log_bin: 0,
      log_bin: 'bin',
      log_slave_updates: 1,
      wsrep_gtid_mode: 1,
      wsrep_gtid_domain_id: 77,
    },
    provider: { 'gcache.recover': 'no' },
  });
  desk = await recoveryDesk(stage);
});
afterAll(async () => {
  desk.close();
  await stage.stop();
});

test('scenarios 15 and 17: the GTID goes along with the position, and without a cache that outlives the crash a full copy is foretold for who is behind, and happens', async () => {
  const nodes = stage.cluster.servers;
  const [first, , third] = nodes;
  if (!first || !third) throw new Error('three nodes were asked for');
  await third.kill();
  await untilSynced(nodes.slice(0, 2));
  for (const uid of ['a', 'b', 'c']) await insert(first, uid);
  await Promise.all(nodes.map(async (node) => await node.kill()));
  const plan = await desk.recoveries.plan();
  const chosen = plan.nodes.find(({ name }) => name === plan.recommended);
  // What mariadbd told goes along whole, whatever it is.
  expect(chosen?.gtid).toMatch(/^\d+-\d+-\d+$/);
  const before = await Promise.all(nodes.map(async ({ errorLog }) => (await readFile(errorLog, 'utf8')).length));
  const { operationId } = await desk.recoveries.start({ planId: plan.id, actor: 'ana' });
  const operation = await desk.operations.ended(operationId);
  expect(operation.steps.flatMap(({ id, error }) => (error === null ? [] : [`${id}: ${error}`]))).toEqual([]);
  const bootstrap = operation.steps.find(({ id }) => id === 'bootstrap');
  expect(bootstrap?.statements.join()).toContain(
    `--wsrep-start-position=${chosen?.uuid}:${chosen?.seqno},${chosen?.gtid}`,
  );
  expect(operation.steps.find(({ id }) => id === 'join-db-3')?.note).toMatch(
    /as foretold, it took a full copy, of \d+$/,
  );
  expect((await readFile(third.errorLog, 'utf8')).slice(before[2])).toContain('rsync SST completed on joiner');
  await expectSameRows(nodes);
});

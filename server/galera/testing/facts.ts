import { expect } from 'vitest';
import type { Operation } from '../../contract/operation.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import { until } from '../../sandbox/until.ts';

/** For tests: rows of shop.orders on a node that is Synced. */
export async function uidsOf(node: SandboxServer): Promise<string[]> {
  const rows = await node.sql('SET SESSION wsrep_sync_wait=1', 'SELECT uid FROM shop.orders ORDER BY uid');
  return rows.map(({ uid }) => String(uid));
}

/** For tests: fails unless all nodes have the same rows in every table of the shop. */
export async function expectSameRows(nodes: readonly SandboxServer[]): Promise<void> {
  const sums = await Promise.all(
    nodes.map(
      async (node) =>
        await node.sql('SET SESSION wsrep_sync_wait=1', 'CHECKSUM TABLE shop.orders, shop.customers, shop.products'),
    ),
  );
  for (const sum of sums) expect(sum).toEqual(sums[0]);
}

/** For tests: what failed, by the step. */
export function failuresOf({ steps }: Operation): string[] {
  return steps.flatMap(({ id, error }) => (error === null ? [] : [`${id}: ${error}`]));
}

/** For tests: the steps with their states. */
export function statesOf({ steps }: Operation): string[] {
  return steps.map(({ id, state }) => `${id} ${state}`);
}

/** For tests: inserts one row and answers once it is acknowledged. */
export async function insert(node: SandboxServer, uid: string): Promise<void> {
  await node.sql(`INSERT INTO shop.orders (uid) VALUES ('${uid}')`);
}

/** For tests: writes rows to a node without a pause until it is stopped or the node is gone; answers what was acknowledged. */
export function writeSteadily(node: SandboxServer, prefix: string): { stop(): Promise<string[]> } {
  const acknowledged: string[] = [];
  let going = true;
  const run = async (): Promise<void> => {
    const session = await node.session();
    for (let index = 0; going; index += 1) {
      const uid = `${prefix}-${index}`;
      try {
        await session.query(`INSERT INTO shop.orders (uid) VALUES ('${uid}')`, { timeoutMs: 20_000 });
        acknowledged.push(uid);
      } catch {
        going = false;
      }
    }
    session.destroy();
  };
  const ended = run().catch(() => undefined);
  return {
    async stop() {
      going = false;
      await ended;
      return acknowledged;
    },
  };
}

/** For tests: resolves when the evidence of a node has this state. */
export async function untilState(state: () => Promise<string>, wanted: string): Promise<void> {
  await until(async () => (await state().catch(() => '')) === wanted, {
    what: `a node is ${wanted}`,
    timeoutMs: 60_000,
  });
}

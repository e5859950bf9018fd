import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../mariadb/connection.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { until } from '../sandbox/until.ts';
import { Links } from './links.ts';

let cluster: SandboxCluster;
beforeAll(async () => void (cluster = await createCluster({ replicas: 0 })));
afterAll(async () => await cluster.stop());

const open = async (): Promise<number> =>
  (await cluster.server('db-1').sql("SELECT 1 FROM information_schema.PROCESSLIST WHERE USER = 'baton_operate'"))
    .length;

test.each(['release', 'abandon'] as const)(
  'what is still being opened at a %s is closed, and kept alive by nobody',
  async (end) => {
    const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const links = new Links(async (_, timeoutMs) => {
      reached.resolve();
      await opened.promise;
      return await connect({ ...cluster.server('db-1').address, ...cluster.accounts.operate }, timeoutMs);
    });
    const session = links.open('db-1', 'lock', 5_000);
    await reached.promise;
    await links[end]();
    opened.resolve();
    await expect(session).rejects.toMatchObject({ kind: 'lost' });
    expect(links.ids()).toEqual({});
    await until(async () => (await open()) === 0, { what: 'no connection is left' });
  },
);

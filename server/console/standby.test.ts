import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Operation } from '../contract/operation.ts';
import type { ClusterSnapshot } from '../contract/snapshot.ts';
import { ask } from '../http/testing/start.ts';
import { startWriteLoad, type WriteLoad } from '../sandbox/write-load.ts';
import { killConsole } from '../takeover/testing/kill-console.ts';
import { expectStory } from '../takeover/testing/stage.ts';
import { stepIdsOf, type Cell } from '../takeover/testing/cells.ts';
import { prepareRealConsole, type RealConsole } from './testing/real-console.ts';

let real: RealConsole;
let load: WriteLoad;
let get: <T>(path: string) => Promise<T>;
beforeAll(async () => {
  real = await prepareRealConsole();
  // The store of the console that will die.
  const store = `sqlite://${join(real.cluster.dir, 'baton.sqlite')}`;
  await real.configure((value) => void (value.console['store'] = store));
  const { url, token } = await real.start({ store });
  load = startWriteLoad({ servers: real.cluster.servers, account: real.cluster.accounts.app, perSecond: 50 });
  get = async (path) => {
    const headers = { host: 'console.test', authorization: `Bearer ${token}` };
    return JSON.parse((await ask(`${url}/api/v1${path}`, { headers })).text);
  };
});
afterAll(async () => {
  await load.stop();
  await real.stop();
});

const cells: (Cell & { target: string; end: RegExp })[] = [
  { step: 'freeze', moment: 'after', target: 'db-2', end: /^failed-restored$/ },
  { step: 'open', moment: 'after', target: 'db-2', end: /^succeeded/ },
];

test.each(cells)(
  'what a console dies of ($moment $step), one that stands by on its store ends within seconds, and its pages tell it',
  async ({ target, end, ...at }) => {
    await vi.waitFor(
      async () => {
        const { servers } = await get<ClusterSnapshot>('/clusters/erp5');
        expect(servers.map(({ state }) => state)).toEqual(['up', 'up', 'up']);
      },
      { timeout: 20_000 },
    );
    const { cluster } = real;
    const servers = cluster.servers.map(({ name, host, port }) => ({ name, host, port }));
    const baton = { dir: cluster.dir, servers, accounts: cluster.accounts };
    await killConsole({ baton, kind: 'switchover', target, accept: [], at });
    const view = await vi.waitFor(
      async () => {
        const [newest] = await get<Operation[]>('/operations?limit=1');
        expect(String(newest?.outcome)).toMatch(end);
        return newest;
      },
      // Its lease lapses after 5 s where nobody can tell that its process is gone.
      { timeout: 20_000, interval: 100 },
    );
    if (!view) throw new Error('no operation');
    expect(view.interruptions).toHaveLength(1);
    expectStory(view, stepIdsOf('switchover').ids);
    expect(await get<Operation>(`/operations/${view.id}`)).toEqual(view);
    await vi.waitFor(
      async () => {
        const { problems, primary } = await get<ClusterSnapshot>('/clusters/erp5');
        expect(primary).toBe(view.outcome === 'failed-restored' ? 'db-1' : target);
        expect(problems.map(({ code }) => code)).not.toContain('takeover-interrupted');
      },
      { timeout: 10_000 },
    );
  },
);

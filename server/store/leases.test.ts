import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteStore } from './sqlite-store.ts';
import type { Lease, Store } from './store.ts';
import { operationRow as operation } from './testing/operation-row.ts';

let directory = '';
let file = '';
let stores: Store[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'baton-leases-'));
  file = join(directory, 'console.sqlite');
  // Two stores on one file are what two console processes are.
  stores = [await openSqliteStore(file), await openSqliteStore(file)];
});

afterEach(async () => {
  for (const store of stores) await store.close();
  rmSync(directory, { recursive: true });
});

function storeOf(holder: number): Store {
  const store = stores[holder % stores.length];
  if (store === undefined) throw new Error('no store');
  return store;
}

async function held(holder: string, now: number, index = 0): Promise<Lease> {
  const answer = await storeOf(index).leases.acquire({ name: 'takeover/erp5', holder, ttlMs: 1000, now });
  if (answer.kind === 'taken') throw new Error(`taken by ${answer.by.holder}`);
  return answer.lease;
}

test('while one holds it, another is told who; when it lapsed, the other takes it over with the next fence', async () => {
  const first = await held('a', 0, 0);
  expect(first).toEqual({ name: 'takeover/erp5', holder: 'a', fence: 1, expiresAt: 1000 });
  expect(await storeOf(1).leases.acquire({ name: 'takeover/erp5', holder: 'b', ttlMs: 1000, now: 999 })).toEqual({
    kind: 'taken',
    by: first,
  });
  expect(await held('b', 1000, 1)).toMatchObject({ holder: 'b', fence: 2, expiresAt: 2000 });
  expect(await storeOf(0).leases.renew(first, 1000, 1001)).toBe(false);
});

test('leases of different names do not touch each other', async () => {
  await held('a', 0);
  expect(await storeOf(1).leases.acquire({ name: 'takeover/other', holder: 'b', ttlMs: 1000, now: 0 })).toMatchObject({
    kind: 'held',
  });
});

test('the same holder gets its lease again, renewed, with the same fence', async () => {
  await held('a', 0);
  expect(await held('a', 500)).toMatchObject({ fence: 1, expiresAt: 1500 });
});

test('a holder that let it lapse begins a new term: its older lease is fenced off', async () => {
  const old = await held('a', 0);
  const young = await held('a', 5000);
  expect(young.fence).toBe(2);
  expect(await storeOf(0).leases.renew(old, 1000, 5001)).toBe(false);
  expect(await storeOf(0).leases.renew(young, 1000, 5001)).toBe(true);
});

test('a lapsed lease that nobody took can still be renewed', async () => {
  const lease = await held('a', 0);
  expect(await storeOf(0).leases.renew(lease, 1000, 5000)).toBe(true);
  expect(await storeOf(1).leases.acquire({ name: 'takeover/erp5', holder: 'b', ttlMs: 1000, now: 5999 })).toMatchObject(
    { kind: 'taken' },
  );
});

test('a released lease is free at once, is not renewed, and its fence still rises', async () => {
  const lease = await held('a', 0);
  await storeOf(0).leases.release(lease);
  expect(await storeOf(0).leases.renew(lease, 1000, 1)).toBe(false);
  expect(await held('b', 1, 1)).toMatchObject({ fence: 2 });
  // A release that comes late frees nobody else's.
  await storeOf(0).leases.release(lease);
  expect(await storeOf(0).leases.acquire({ name: 'takeover/erp5', holder: 'c', ttlMs: 1000, now: 2 })).toMatchObject({
    kind: 'taken',
  });
});

test('who lost the lease writes nothing into the journal any more', async () => {
  const row = { operationId: 'op-1', at: 1, step: 'open', kind: 'intent', data: '{}' } as const;
  const claim = { name: 'takeover/erp5', holder: 'a', ttlMs: 1000, now: 0 };
  const begun = await storeOf(0).journal.begin(operation, claim, [row]);
  if (begun.kind === 'taken') throw new Error('somebody has it');
  const old = begun.lease;
  const young = await held('b', 2000, 1);
  await expect(storeOf(0).journal.append([row], old)).rejects.toMatchObject({
    code: 'already-running',
    message: 'The lease "takeover/erp5" was lost to b.',
  });
  const again = storeOf(0).journal.begin({ ...operation, id: 'op-2' }, { ...claim, now: 2000 }, [row]);
  expect(await again).toEqual({ kind: 'taken', by: young });
  await storeOf(1).journal.append([row], young);
  expect(await storeOf(0).journal.entries('op-1')).toHaveLength(2);
  expect(await storeOf(0).journal.get('op-2')).toBeNull();
});

type Action = { kind: 'acquire' | 'renew' | 'release'; holder: number } | { kind: 'wait'; ms: number };

/** Plays it on one lease, each holder on its own store; answers what was against the promise, or null. */
async function play(name: string, actions: readonly Action[]): Promise<string | null> {
  const believed = new Map<number, Lease>();
  let now = 1000;
  let fence = 0;
  for (const step of actions) {
    if (step.kind === 'wait') {
      now += step.ms;
      continue;
    }
    const { leases } = storeOf(step.holder);
    const mine = believed.get(step.holder);
    if (step.kind === 'acquire') {
      const answer = await leases.acquire({ name, holder: `holder-${step.holder}`, ttlMs: 1000, now });
      if (answer.kind === 'taken' && answer.by.holder === `holder-${step.holder}`) return 'refused its own lease';
      if (answer.kind === 'taken' && answer.by.expiresAt <= now) return 'refused for a lease that lapsed';
      if (answer.kind === 'taken') continue;
      if (answer.lease.fence < fence) return 'the fence fell';
      if (answer.lease.fence === fence && mine?.fence !== fence) return 'two terms with one fence';
      fence = answer.lease.fence;
      believed.set(step.holder, answer.lease);
    } else if (mine !== undefined && step.kind === 'renew') {
      if (await leases.renew(mine, 1000, now)) believed.set(step.holder, { ...mine, expiresAt: now + 1000 });
      else believed.delete(step.holder);
    } else if (mine !== undefined) {
      await leases.release(mine);
      believed.delete(step.holder);
    }
    // By what each knows itself, without asking the store.
    if ([...believed.values()].filter((lease) => lease.expiresAt > now).length > 1) return 'two hold it';
  }
  return null;
}

test('whatever holders do and however time goes, never do two hold it, and each term has a higher fence', async () => {
  const holder = fc.integer({ min: 0, max: 2 });
  const action: fc.Arbitrary<Action> = fc.oneof(
    fc.record({ kind: fc.constantFrom('acquire', 'renew', 'release'), holder }),
    fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 0, max: 1500 }) }),
  );
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      expect(await play(`property-${run++}`, actions)).toBeNull();
    }),
    { numRuns: 60 },
  );
});

test('of processes that reach for it at the same time exactly one holds it, and each term has its own fence', async () => {
  // Each child takes the lease, raises a counter without any other protection, and gives it back: 4 × 25 terms.
  const child = `
    import { openSqliteStore } from ${JSON.stringify(join(import.meta.dirname, 'sqlite-store.ts'))};
    const [file, holder] = process.argv.slice(-2);
    const store = await openSqliteStore(file);
    const fences = [];
    while (fences.length < 25) {
      const answer = await store.leases.acquire({ name: 'race', holder, ttlMs: 60_000, now: Date.now() });
      if (answer.kind === 'taken') {
        await new Promise((done) => setTimeout(done, 1));
        continue;
      }
      const counter = Number((await store.memory.get('counter')) ?? 0);
      await store.memory.put('counter', String(counter + 1), 0);
      fences.push(answer.lease.fence);
      await store.leases.release(answer.lease);
    }
    await store.close();
    console.log(JSON.stringify(fences));`;
  const run = promisify(execFile);
  const outputs = await Promise.all(
    ['a', 'b', 'c', 'd'].map((holder) =>
      run(process.execPath, ['--input-type=module', '--eval', child, '--', file, holder]),
    ),
  );
  const fences = outputs.flatMap(({ stdout }): unknown[] => JSON.parse(stdout));
  expect(new Set(fences).size).toBe(100);
  expect(await storeOf(0).memory.get('counter')).toBe('100');
});

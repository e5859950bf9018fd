import { describe, expect, test } from 'vitest';
import type { Check } from '../../contract/takeover.ts';
import { checkExamples } from '../testing/check-examples/all-examples.ts';
import { exampleHook } from '../testing/check-examples/hook-examples.ts';
import { replica, silent, type CheckExample } from '../testing/check-examples/example.ts';
import { examplePlanInput, type ExampleChange } from '../testing/example-plan.ts';
import type { PlannedHook } from '../hooks/task-hook.ts';
import { draftPlan } from '../plan.ts';
import { checkTable } from './table.ts';

/** What the plan says against the takeover by this check. */
function against({ code }: CheckExample, change: ExampleChange): Check[] {
  const checks = draftPlan(examplePlanInput(change))?.checks ?? [];
  return checks.filter((check) => check.code === code && check.level !== 'pass');
}

describe('each check fires where its reason holds, and passes once its fix was done', () => {
  test.each(checkExamples)('$code is $level in a $kind when $when', (example) => {
    const { level, kind, change, fixed, names, commands } = example;
    const draft = draftPlan(examplePlanInput(change));
    expect(draft?.kind).toBe(kind);
    const fired = against(example, change);
    expect(fired.map((check) => check.level)).toContain(level);
    expect(fired.map(({ text }) => text).join('; ')).toMatch(names);
    expect(fired.flatMap((check) => check.commands).join('\n')).toMatch(commands ?? /^/);
    expect(against(example, fixed)).toEqual([]);
  });

  test('there is an example for every code of the table, and none for another', () => {
    const shown = new Set<string>(checkExamples.map(({ code }) => code));
    expect([...shown].toSorted()).toEqual(Object.keys(checkTable).toSorted());
  });

  test('every level that the table has for a kind is one that the kind can come to', () => {
    for (const { code, kind } of checkExamples) expect(checkTable[code].level).toHaveProperty(kind);
  });
});

test('a healthy cluster passes every check', () => {
  const draft = draftPlan(examplePlanInput());
  expect(draft?.checks.filter(({ level }) => level !== 'pass')).toEqual([]);
  expect(draft).toMatchObject({ kind: 'switchover', kinds: ['switchover', 'detach'], blocked: false, confirm: null });
});

test('every check is one sentence; what does not pass says what to do and names no secret', () => {
  for (const { change } of checkExamples) {
    for (const { text, code, level, fix, commands } of draftPlan(examplePlanInput(change))?.checks ?? []) {
      expect(`${code}: ${text}`.length).toBeGreaterThan(code.length + 12);
      expect(`${code}: ${text}`).not.toMatch(/[.;:]$/);
      expect([code, level === 'pass', fix === null]).toEqual([code, level === 'pass', level === 'pass']);
      expect(`${text} ${commands.join(' ')}`).not.toMatch(/IDENTIFIED BY '[^…]|PASSWORD\(/i);
    }
  }
});

test('a plan is blocked by its blocks, and by nothing else', () => {
  for (const { change } of checkExamples) {
    const draft = draftPlan(examplePlanInput(change));
    expect(draft?.blocked).toBe(draft?.checks.some(({ level }) => level === 'block'));
  }
});

test('a block that may be accepted stops blocking when its code is named, and asks for the name', () => {
  const change = { views: [silent] };
  const before = draftPlan(examplePlanInput(change));
  expect(before).toMatchObject({
    blocked: true,
    confirm: 'db-2',
    command: 'baton promote erp5/db-2 --failover --accept unfenced',
  });
  const accepted = draftPlan(examplePlanInput({ ...change, input: { accept: ['unfenced'] } }));
  expect(accepted).toMatchObject({ blocked: false, confirm: 'db-2' });
});

test('a block that may not be accepted stays one whatever is named', () => {
  const change = { views: [replica({ sqlThread: 'stopped' })], input: { accept: ['target-sql-thread', 'target-lag'] } };
  expect(draftPlan(examplePlanInput(change))?.blocked).toBe(true);
});

const draftedWith = (
  hook: PlannedHook,
  change: ExampleChange = {},
  accept: string[] = [],
): ReturnType<typeof draftPlan> => draftPlan(examplePlanInput({ ...change, input: { hooks: [hook], accept } }));

test('a hook that fences lets a failover from a primary that may be alive begin, and one that can’t be started does not', () => {
  const fencing = { ...exampleHook, name: 'stonith', fence: true, problem: null };
  const change = { views: [silent] };
  expect(draftedWith(fencing, change)).toMatchObject({ kind: 'failover', blocked: false, confirm: 'db-2' });
  const checks = draftedWith({ ...fencing, problem: 'does not exist' }, change)?.checks ?? [];
  const blocks = checks.filter(({ level }) => level === 'block');
  expect(blocks.map(({ code }) => code)).toEqual(['unfenced', 'hook-missing']);
});

test('a hook is put right by its program, or left out by its code', () => {
  expect(draftedWith(exampleHook)?.blocked).toBe(true);
  expect(draftedWith({ ...exampleHook, problem: null })).toMatchObject({ blocked: false, confirm: null });
  expect(draftedWith(exampleHook, {}, ['hook-missing'])).toMatchObject({ blocked: false, confirm: 'db-2' });
});

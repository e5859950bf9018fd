import { expect, test } from 'vitest';
import type { UnreachableReason } from '../contract/snapshot.ts';
import { FreshLook } from './fresh-look.ts';
import { examplePlanInput } from './testing/example-plan.ts';

const [server] = examplePlanInput().servers;
if (!server?.observation) throw new Error('the example has a server that was seen');
const { name } = server;
const { at } = server.observation;

const answered = (ageMs: number): number | null =>
  new FreshLook([server], () => at + ageMs).of(name)?.facts.serverId ?? null;
const silent = (reason: UnreachableReason, ageMs: number): boolean =>
  new FreshLook([{ ...server, observation: { kind: 'unreachable', at, reason, detail: '' } }], () => at + ageMs).silent(
    name,
  );

test('what a server answered serves for a second from its own look, and no longer', () => {
  expect([answered(0), answered(900), answered(1_100)]).toEqual([1, 1, null]);
});

test('silence serves as long, and who refuses us is not silent', () => {
  expect([silent('refused', 900), silent('hung', 0), silent('refused', 1_100)]).toEqual([true, true, false]);
  expect([silent('access-denied', 0), silent('too-many-connections', 0), silent('tls', 0)]).toEqual([
    false,
    false,
    false,
  ]);
});

test('a clock that was set back makes nothing fresh', () => {
  expect([answered(-5_000), silent('refused', -5_000)]).toEqual([null, false]);
});

import { expect, test } from 'vitest';
import type { Operation } from '../../server/contract/operation.ts';
import { Errand, type ErrandEnd } from './errand.ts';
import { exampleView } from './example-view.ts';

const view = (id: string): Operation => ({ ...exampleView, id });

/** What it has ended with by now; null: it has not. */
async function endOf(errand: Errand): Promise<ErrandEnd | null> {
  return await Promise.race([errand.ended, new Promise<null>((resolve) => setImmediate(() => resolve(null)))]);
}

test('an errand ends when the operation that was begun has ended, and not before', async () => {
  const errand = new Errand([0]);
  errand.begun(0, 'a');
  expect(await endOf(errand)).toBeNull();
  errand.viewed(view('a'));
  expect((await endOf(errand))?.views.map(({ id }) => id)).toEqual(['a']);
});

test('of two clicks both answers are waited for', async () => {
  const errand = new Errand([0, 0]);
  errand.begun(0, 'a');
  errand.viewed(view('a'));
  expect(await endOf(errand)).toBeNull();
  errand.refused(0, { text: 'runs already', own: null });
  expect(await endOf(errand)).toMatchObject({ views: [{ id: 'a' }], refusals: [{ text: 'runs already' }] });
});

test('a console that dies says nothing more: the next one tells what it found', async () => {
  const errand = new Errand([0]);
  errand.died(0);
  expect(await endOf(errand)).toBeNull();
  errand.takenUp(['a']);
  expect(errand.open).toEqual(['a']);
  errand.viewed(view('a'));
  expect(await endOf(errand)).toMatchObject({ views: [{ id: 'a' }], takenUp: ['a'] });
  const nothing = new Errand([0]);
  nothing.died(0);
  nothing.takenUp([]);
  expect(await endOf(nothing)).toEqual({ views: [], refusals: [], takenUp: [] });
});

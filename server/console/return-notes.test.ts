import { expect, test } from 'vitest';
import { until } from '../sandbox/until.ts';
import { exampleFacts, exampleView, exampleWith, refused, up } from '../topology/testing/example-cluster.ts';
import { buildSnapshot } from '../topology/snapshot.ts';
import { ReturnNotes } from './return-notes.ts';

const healthy = buildSnapshot(exampleWith(), []).snapshot;
const away = buildSnapshot(exampleWith(exampleView(1, refused, up(exampleFacts(1), 5_000))), []).snapshot;

test('a return that could not be noted is tried again until it is, and then no more', async () => {
  const asked: string[] = [];
  const errors: unknown[] = [];
  const notes = new ReturnNotes(
    {
      returned: async (server) => {
        if (server !== 'db-1') return await Promise.resolve(null);
        asked.push(server);
        if (asked.length < 3) throw new Error('the store is full');
        return await Promise.resolve(null);
      },
      ended: async () => await Promise.resolve(null),
    },
    (error) => errors.push(error),
  );
  notes.seen(away);
  notes.seen(healthy);
  await until(() => asked.length === 3, { what: 'the third try' });
  expect(errors).toHaveLength(2);
  notes.seen(healthy);
  expect(asked).toHaveLength(3);
  notes.close();
});

import { expect, test } from 'vitest';
import type { ServerEvent } from '../contract/events.ts';
import { clusterNamed, operationNamed } from '../http/testing/examples.ts';
import type { NumberedEvent } from './engine.ts';
import { Hub } from './hub.ts';

const snapshot = (name: string): ServerEvent => ({ kind: 'snapshot', value: clusterNamed(name) });
const operation = (id: string, ended = false): ServerEvent => ({
  kind: 'operation',
  value: operationNamed(id, { outcome: ended ? 'succeeded' : null }),
});
function heard(hub: Hub, lastId: number | null): NumberedEvent[] {
  const entries: NumberedEvent[] = [];
  hub.subscribe(lastId, (entry) => entries.push(entry));
  return entries;
}
const names = (entries: readonly NumberedEvent[]): string[] =>
  entries.map(({ event }) => (event.kind === 'snapshot' ? event.value.name : String(event.value.id)));

test('a newcomer gets the newest snapshot of every cluster and the operations that run', () => {
  const hub = new Hub(0);
  [snapshot('a'), snapshot('b'), operation('old'), operation('old', true), operation('now'), snapshot('a')].forEach(
    (e) => hub.publish(e),
  );
  expect(names(heard(hub, null))).toEqual(['b', 'now', 'a']);
});

test('who was away gets every operation event since, in order, and of snapshots the newest alone', () => {
  const hub = new Hub(0);
  [operation('a'), snapshot('c'), operation('b'), snapshot('c'), operation('a', true)].forEach((e) => hub.publish(e));
  expect(heard(hub, 1).map(({ id }) => id)).toEqual([3, 4, 5]);
});

test('ids of a later process are above those of an earlier one, so that nothing it says is taken for old', () => {
  const before = new Hub(1_000_000);
  before.publish(operation('a'));
  const after = new Hub(1_002_000);
  after.publish(operation('b'));
  expect(names(heard(after, heard(before, null)[0]?.id ?? 0))).toEqual(['b']);
});

test('memory is bounded, and a cluster that is gone is not told of', () => {
  const hub = new Hub(0);
  for (let n = 0; n < 2000; n++) hub.publish(operation(`o${n}`, true));
  hub.publish(snapshot('gone'));
  hub.forget('gone');
  expect(heard(hub, 0)).toHaveLength(500);
});

test('who stopped listening hears nothing more', () => {
  const hub = new Hub(0);
  const entries: NumberedEvent[] = [];
  hub.subscribe(null, (entry) => entries.push(entry))();
  hub.publish(snapshot('a'));
  expect(entries).toEqual([]);
});

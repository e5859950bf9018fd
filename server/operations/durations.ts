import type { Operation } from '../contract/operation.ts';
import type { MemoryStore } from '../store/store.ts';

const KEPT = 20;

/** What earlier operations of a kind on a cluster took, to tell beforehand what the next one will. */
export interface PastDurations {
  /** Median of each step that was done, milliseconds, by step id. */
  readonly stepMs: Readonly<Record<string, number>>;
  /** Median of the measured write outages; null before the first. */
  readonly writeOutageMs: number | null;
}

type Kept = Record<string, number[]>;

const keyOf = (cluster: string, kind: string): string => `durations/${cluster}/${kind}`;
const OUTAGE = '(write outage)';

/** Adds what a successful operation took. Rejects when the store can't be written. */
export async function rememberDurations(memory: MemoryStore, view: Operation, now: number): Promise<void> {
  const kept = await readKept(memory, view.cluster, view.kind);
  const add = (name: string, ms: number): void => {
    kept[name] = [...(kept[name] ?? []), ms].slice(-KEPT);
  };
  for (const { id, state, startedAt, endedAt } of view.steps) {
    if (state === 'done' && startedAt && endedAt) add(id, Date.parse(endedAt) - Date.parse(startedAt));
  }
  if (view.writeOutageMs !== null) add(OUTAGE, view.writeOutageMs);
  await memory.put(keyOf(view.cluster, view.kind), JSON.stringify(kept), now);
}

/** The medians of what is remembered; empty before the first operation. */
export async function pastDurations(memory: MemoryStore, cluster: string, kind: string): Promise<PastDurations> {
  const kept = await readKept(memory, cluster, kind);
  const medians = Object.entries(kept).flatMap(([name, values]) => {
    const middle = median(values);
    return middle === null ? [] : [[name, middle] as const];
  });
  const { [OUTAGE]: writeOutageMs = null, ...stepMs } = Object.fromEntries(medians);
  return { stepMs, writeOutageMs };
}

function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}

async function readKept(memory: MemoryStore, cluster: string, kind: string): Promise<Kept> {
  const text = await memory.get(keyOf(cluster, kind));
  if (text === null) return {};
  const kept: Kept = JSON.parse(text);
  return kept;
}

import type { InitStage } from '../../bootstrap/make-replica.ts';
import { bytes, seconds } from '../terminal/quantity.ts';

/** The time over which a rate is measured: long enough to be calm, short enough to be true. */
const WINDOW_SECONDS = 10;

const begins: Record<Exclude<InitStage['kind'], 'receiving'>, string> = {
  installing: 'Installing an empty database.',
  preparing: 'Preparing it.',
  replicating: 'Replicating, to see that it does.',
  finishing: 'Ending the server, and putting the data in their place.',
};

/** What is said when a stage begins. */
export function stageBegins(stage: InitStage): string {
  if (stage.kind !== 'receiving') return begins[stage.kind];
  return stage.totalBytes === null ? 'Taking the first copy.' : `Taking the first copy, ${bytes(stage.totalBytes)}.`;
}

/** How fast bytes come, measured over the last seconds. */
export class Rate {
  #samples: { readonly at: number; readonly bytes: number }[] = [];

  /** Bytes a second up to now; null before there is anything to measure. Time in seconds, on any clock. */
  at(now: number, total: number): number | null {
    this.#samples = [...this.#samples.filter(({ at }) => now - at <= WINDOW_SECONDS), { at: now, bytes: total }];
    const [oldest] = this.#samples;
    return oldest && now - oldest.at >= 0.5 ? (total - oldest.bytes) / (now - oldest.at) : null;
  }
}

/** One line that is replaced by the next: what has come, how fast, and how long the rest will take. */
export function receivingLine(got: number, total: number | null, rate: number | null): string {
  const of = total === null ? '' : ` of ${bytes(total)}`;
  const fast = rate === null ? '' : `, ${bytes(rate)}/s`;
  const left = total === null || rate === null || rate <= 0 ? '' : `, ${seconds((total - got) / rate)} left`;
  return `${bytes(got)}${of}${fast}${left}`;
}

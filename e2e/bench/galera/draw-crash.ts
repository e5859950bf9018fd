import { Random } from '../../chaos/random.ts';

/** How a cluster is brought down in one round. */
export interface Crash {
  readonly seed: number;
  /** For how long writes flow into every node before the first one dies. */
  readonly writesMs: number;
  /** Who dies by kill -9, one after the other, and after how long a pause. */
  readonly deaths: readonly { readonly node: string; readonly afterMs: number }[];
}

/** The group notices a death after 1.2 s (sandbox): a pause may end before it, in it, or behind it. */
const LONGEST_PAUSE_MS = 3_000;

/** The crash of this seed: always the same one. */
export function drawCrash(seed: number, nodes: readonly string[]): Crash {
  const random = new Random(seed);
  const left = [...nodes];
  const deaths = nodes.map((_, place) => {
    const node = random.pick(left);
    left.splice(left.indexOf(node), 1);
    const atOnce = place === 0 || random.chance(0.3);
    return { node, afterMs: atOnce ? 0 : random.between(1, LONGEST_PAUSE_MS) };
  });
  return { seed, writesMs: random.between(300, 1_500), deaths };
}

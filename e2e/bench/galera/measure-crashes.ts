import { recoveryDesk } from '../../../server/galera/testing/recovery-desk.ts';
import { galeraStage, type GaleraStage } from '../../../server/galera/testing/stage.ts';
import { allSynced, application, crash, keepRemains, lookAt } from './crash-cluster.ts';
import { drawCrash, type Crash } from './draw-crash.ts';
import { judgeCrash } from './judge-crash.ts';
import { baton, byHand, type Recoverer } from './recoverers.ts';

const WRITE_MS = 120_000;
const SYNCED_MS = 180_000;

/** One crash and what came after it. */
export interface CrashRound {
  readonly crash: Crash;
  readonly recoverer: string;
  /** What the look before the click took: for Baton the positions are read in it. */
  readonly reviewMs: number;
  /** --wsrep-recover of all three at once, on copies. */
  readonly recoverMs: number;
  /** From the click. */
  readonly writtenMs: number;
  readonly syncedMs: number;
  readonly positions: Readonly<Record<string, string>>;
  readonly chosen: string;
  readonly rows: number;
  readonly notes: readonly string[];
  /** What must hold and did not. */
  readonly broken: readonly string[];
}

/**
 * `rounds` crashes for each recoverer, in turn, on one cluster that takes writes: kill -9 of all nodes, in the order and with
 * the pauses that the seed gives, both of a pair the same.
 */
export async function measureCrashes(
  { rounds, seed }: { readonly rounds: number; readonly seed: number },
  show: (round: CrashRound) => void,
): Promise<CrashRound[]> {
  const stage = await galeraStage();
  const desk = await recoveryDesk(stage);
  const ended: CrashRound[] = [];
  const acknowledged: string[] = [];
  try {
    for (let index = 0; index < rounds; index += 1) {
      const drawn = drawCrash(
        seed + index,
        stage.cluster.servers.map(({ name }) => name),
      );
      for (const recoverer of [byHand(stage), baton(desk)]) {
        const round = await play(stage, recoverer, drawn, acknowledged);
        ended.push(round);
        show(round);
      }
    }
    return ended;
  } finally {
    desk.close();
    await stage.stop();
  }
}

async function play(
  stage: GaleraStage,
  recoverer: Recoverer,
  drawn: Crash,
  acknowledged: string[],
): Promise<CrashRound> {
  const load = application(stage);
  try {
    await load.flowing();
    const written = await crash(stage, drawn);
    const remains = await keepRemains(stage);
    const reviewedFrom = performance.now();
    const click = await recoverer.review();
    const clickedAt = performance.now();
    const elapsed = (): number => performance.now() - clickedAt;
    const [recovered, writtenMs, syncedMs] = await Promise.all([
      click(),
      load.flowing(WRITE_MS).then(elapsed),
      allSynced(stage, SYNCED_MS).then(elapsed),
    ]);
    const { acknowledged: since } = await load.stop();
    acknowledged.push(...written, ...since);
    const { positions, ms: recoverMs } = await remains.read();
    const { chosen, complaints, notes } = recovered;
    const nodes = await lookAt(stage);
    return {
      crash: drawn,
      recoverer: recoverer.name,
      reviewMs: clickedAt - reviewedFrom,
      recoverMs,
      writtenMs,
      syncedMs,
      positions: Object.fromEntries(Object.entries(positions).map(([name, { seqno }]) => [name, seqno])),
      chosen,
      rows: written.length + since.length,
      notes,
      broken: judgeCrash({ positions, chosen, complaints, acknowledged, nodes }),
    };
  } finally {
    await load.stop();
  }
}

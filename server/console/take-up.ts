import type { Logger } from 'pino';
import { messageOf } from '../contract/errors.ts';
import type { Operations } from '../operations/operations.ts';
import type { OperationRow } from '../store/store.ts';
import type { Cluster } from './cluster.ts';
import type { Clusters } from './clusters.ts';

/** How often a console looks whether another one on its store has died at work: its lease lapses within 5 s. */
const EVERY_MS = 1_000;
/** What can't be taken up is tried again ever more seldom. */
const LONGEST_PAUSE_MS = 30_000;

/** The watch over what consoles left unfinished. */
export interface TakeUps {
  /** Resolves when what was found at the start is taken up or shown. */
  readonly settled: Promise<void>;
  stop(): void;
}

/**
 * Takes up what a console left unfinished: at the start, each cluster's by itself once its servers were looked at, and
 * from then on what another console on the same store leaves behind. What can't be taken up is shown as a problem of its
 * cluster, with the reason, tried again, and can be resumed by hand.
 */
export function watchUnfinished(operations: Operations, clusters: Clusters, logger: Logger): TakeUps {
  const tries = new Map<string, { failures: number; at: number }>();
  const shown = new Set<Cluster>();
  let timer: NodeJS.Timeout | null = null;
  let over = false;

  function show(cluster: Cluster, reason: string): void {
    shown.add(cluster);
    cluster.showInterrupted(reason);
  }

  async function take({ id, cluster: name, kind, target }: OperationRow, first: boolean): Promise<void> {
    const what = kind.startsWith('galera-')
      ? `The ${kind} of ${name}`
      : `The ${kind} ${['rejoin', 'reseed'].includes(kind) ? 'of' : 'to'} ${target}`;
    const { failures = 0, at = 0 } = tries.get(id) ?? {};
    if (performance.now() < at) return;
    const cluster = clusters.find(name);
    try {
      if (!cluster) throw new Error(`${name} is not configured`);
      if (first) await cluster.watcher.lookNow();
      const [taken] = await cluster.takeovers.resume(id, { waits: first });
      if (taken) logger.warn({ operation: id, cluster: name }, 'an unfinished operation is taken up');
      else if (first) show(cluster, `${what} is run by another console.`);
      tries.delete(id);
    } catch (error) {
      const pauseMs = Math.min(EVERY_MS * 2 ** failures, LONGEST_PAUSE_MS);
      tries.set(id, { failures: failures + 1, at: performance.now() + pauseMs });
      if (cluster) show(cluster, `${what} was interrupted and could not be taken up: ${messageOf(error)}`);
      logger.error({ err: error, operation: id, cluster: name }, 'an unfinished operation could not be taken up');
    }
  }

  async function look(first: boolean): Promise<void> {
    try {
      const rows = await operations.unfinished();
      await Promise.all(rows.map(async (row) => await take(row, first)));
      for (const cluster of shown) {
        if (rows.some((row) => row.cluster === cluster.name)) continue;
        shown.delete(cluster);
        cluster.showInterrupted(null);
      }
    } catch (error) {
      if (first) logger.error({ err: error }, 'unfinished operations could not be looked for');
    }
    if (!over) timer = setTimeout(() => void look(false), EVERY_MS);
  }

  return {
    settled: look(true),
    stop() {
      over = true;
      if (timer) clearTimeout(timer);
    },
  };
}

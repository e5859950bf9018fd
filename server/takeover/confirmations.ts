import type { Operations } from '../operations/operations.ts';

interface Started {
  readonly operationId: string;
}

/** As many as anybody presses within the life of a plan. */
const KEPT = 100;

/**
 * What each confirmed plan has become, so that two clicks are one operation: at once, while it runs, and when it has done
 * what was asked. A plan whose operation failed, was cancelled or was a dry run may be confirmed again.
 */
export class Confirmations {
  readonly #operations: Pick<Operations, 'get'>;
  readonly #starting = new Map<string, Promise<Started>>();

  constructor(operations: Pick<Operations, 'get'>) {
    this.#operations = operations;
  }

  /** What the plan became already; else what `start` answers. Rejects as that does. */
  async once(request: { planId: string; dryRun: boolean }, start: () => Promise<Started>): Promise<Started> {
    const key = `${request.planId}/${request.dryRun}`;
    const before = this.#starting.get(key);
    if (before) {
      const started = await before.catch(() => null);
      if (started && (await this.#stands(started.operationId))) return started;
    }
    const starting = start();
    this.#starting.set(key, starting);
    for (const oldest of [...this.#starting.keys()].slice(0, -KEPT)) this.#starting.delete(oldest);
    return await starting;
  }

  async #stands(operationId: string): Promise<boolean> {
    const { outcome, dryRun } = await this.#operations.get(operationId);
    return outcome === null || (outcome.startsWith('succeeded') && !dryRun);
  }
}

import { BatonError } from '../contract/errors.ts';
import type { Operation } from '../contract/operation.ts';
import { askToCancel } from './ask-to-cancel.ts';
import { conduct } from './conduct.ts';
import { rememberDurations } from './durations.ts';
import type { OperationsParts } from './parts.ts';
import type { Run } from './run.ts';

interface One {
  readonly view: () => Operation;
  readonly cancel: (by: string) => Promise<void>;
  readonly ended: Promise<Operation>;
}

/** The operations that this console runs now. */
export class Running {
  readonly #parts: Pick<OperationsParts, 'journal' | 'memory' | 'now'>;
  readonly #all = new Map<string, One>();

  constructor(parts: Pick<OperationsParts, 'journal' | 'memory' | 'now'>) {
    this.#parts = parts;
  }

  /** Begins, and resolves when its first view is published. */
  async launch<C>(run: Run<C>, undoOnly: boolean): Promise<void> {
    const { id } = run.view.value;
    const { journal, memory, now } = this.#parts;
    const ended = conduct(run, journal, undoOnly).then((view) => {
      this.#all.delete(id);
      if (view.outcome?.startsWith('succeeded') && !view.dryRun) {
        rememberDurations(memory, view, now()).catch(() => undefined);
      }
      return view;
    });
    const cancel = async (by: string): Promise<void> => await askToCancel(run, by);
    this.#all.set(id, { view: () => run.view.value, cancel, ended });
    await run.view.begun();
  }

  /** The newest view of that operation; null where it does not run here. */
  view(id: string): Operation | null {
    return this.#all.get(id)?.view() ?? null;
  }

  /** The one that runs on the cluster, or null. */
  on(cluster: string): Operation | null {
    for (const { view } of this.#all.values()) if (view().cluster === cluster) return view();
    return null;
  }

  /** Resolves with its last view; null where it does not run here. */
  ended(id: string): Promise<Operation> | null {
    return this.#all.get(id)?.ended ?? null;
  }

  /** As Operations.cancel; null where it does not run here. */
  async cancel(id: string, by: string): Promise<Operation | null> {
    const one = this.#all.get(id);
    if (!one) return null;
    if (one.view().pointOfNoReturnPassed) {
      throw new BatonError('refused', 'The point of no return is passed: it goes forward.', 'Wait for its end.');
    }
    await one.cancel(by);
    return one.view();
  }

  /** As Operations.quiesce. */
  async quiesce(): Promise<void> {
    const all = [...this.#all.values()];
    await Promise.all(all.flatMap(({ cancel, ended }) => [cancel('the console, which was told to end'), ended]));
  }
}

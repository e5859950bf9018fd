import type { Operation } from '../../contract/operation.ts';
import { startBaton, type BatonPlan, type TestBaton } from './baton.ts';

/** What the next console has made of an operation that one before it had left. */
export interface TakenUp {
  readonly view: Operation;
  /** From the start of the console to the end of the operation. */
  readonly tookMs: number;
  /** The console, which goes on. */
  readonly baton: TestBaton;
}

/** For tests: starts the next console on the store of the killed one, and resolves when it has ended what it found. */
export async function takeUp(plan: BatonPlan): Promise<TakenUp> {
  const startedAt = performance.now();
  const baton = await startBaton(plan);
  try {
    const [taken] = await baton.takeovers.resume();
    if (!taken) throw new Error('nothing was taken up');
    const view = await baton.operations.ended(taken.id);
    return { view, baton, tookMs: performance.now() - startedAt };
  } catch (error) {
    await baton.stop();
    throw error;
  }
}

import type { Row } from '../../mariadb/connection.ts';
import type { Step } from '../../operations/step.ts';
import { startBaton, type BatonPlan, type TestBaton } from './baton.ts';

/** What happens to an operation while a step of it runs. */
export interface Fault {
  /** When the step begins, before it does anything. */
  readonly enter?: (step: string) => Promise<void>;
  /** When it has ended. */
  readonly leave?: (step: string) => Promise<void>;
  /** In place of each statement while a step runs, or several beside each other: `run` runs it, `cut` breaks its connection. */
  readonly statement?: (at: { steps: ReadonlySet<string>; server: string; sql: string }, run: Run) => Promise<Row[]>;
  /** A deadline that it gets instead of its own. */
  readonly deadlineMs?: (step: string) => number | null;
}

export interface Run {
  readonly run: () => Promise<Row[]>;
  readonly cut: () => void;
}

interface State {
  fault: Fault;
  /** Those that run now. */
  readonly steps: Set<string>;
}

/** For tests: a console in which a fault can be set before each operation. */
export class FaultyConsole {
  readonly baton: TestBaton;
  readonly #state: State;

  private constructor(baton: TestBaton, state: State) {
    this.baton = baton;
    this.#state = state;
  }

  static async start(plan: BatonPlan): Promise<FaultyConsole> {
    const state: State = { fault: {}, steps: new Set() };
    const baton = await startBaton(plan, {
      onSteps: (steps) => steps.map((step) => disturbed(step, state)),
      onConnection: (server, connection) => {
        const query = connection.query.bind(connection);
        connection.query = async (sql, options) => {
          const run = async (): Promise<Row[]> => await query(sql, options);
          const { steps, fault } = state;
          if (steps.size === 0 || !fault.statement) return await run();
          return await fault.statement({ steps, server, sql }, { run, cut: () => connection.destroy() });
        };
      },
    });
    return new FaultyConsole(baton, state);
  }

  /** What happens from now on; nothing, without one. */
  set(fault: Fault = {}): void {
    this.#state.fault = fault;
  }
}

function disturbed<C>(step: Step<C>, state: State): Step<C> {
  const { id } = step;
  return {
    ...step,
    deadlineMs: state.fault.deadlineMs?.(id) ?? step.deadlineMs,
    run: async (context, act) => {
      state.steps.add(id);
      await state.fault.enter?.(id);
      try {
        return await step.run(context, act);
      } finally {
        state.steps.delete(id);
        await state.fault.leave?.(id);
      }
    },
  };
}

import type { Operation } from '../../../contract/operation.ts';
import type { TestBaton } from '../../testing/baton.ts';
import type { KilledConsolePlan } from '../../testing/killed-console.ts';
import type { Stage } from '../../testing/stage.ts';

export interface Begun {
  readonly target: string;
}

export interface Ended extends Begun {
  readonly view: Operation;
  /** A console that goes on. */
  readonly baton: TestBaton;
  /** What was asked for is so; else everything is as before. */
  readonly finished: boolean;
}

/** How one kind of operation is played at each of its points. */
export interface Scene {
  readonly kind: KilledConsolePlan['kind'];
  /** Brings the cluster to where the operation begins. `nth` counts the cells. */
  readonly begin: (stage: Stage, nth: number) => Promise<Begun>;
  /** Looks at what is left, and brings the cluster back to where the next one can begin. */
  readonly look: (stage: Stage, ended: Ended) => Promise<void>;
}

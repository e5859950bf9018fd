import type { Row } from '../../../mariadb/connection.ts';
import { SqlError } from '../../../mariadb/sql-error.ts';
import type { Fault } from '../../testing/faulty-console.ts';
import { ACTING } from '../../testing/interruption.ts';

/** Before the server hears the statement, or when it has answered: then only what acts counts, a look is lost once. */
export const losings = ['before it is sent', 'before its answer'] as const;
export type Losing = (typeof losings)[number];

/** One statement of one step, by the part that its server has: `target: SET GLOBAL read_only=…`. */
export interface Loss {
  readonly step: string;
  readonly when: Losing;
  readonly shape: string;
}

type StatementFault = NonNullable<Fault['statement']>;

/**
 * For tests: which statements the steps send, as they are seen, and which of them have met the end of their connection.
 * What an operation sends is known by playing it, so a new statement is among them by itself.
 */
export class Losses {
  /** Seen, and not lost yet. */
  readonly #open = new Map<string, Loss>();
  readonly #struck = new Set<string>();
  /** Not sent again when it was to be lost: one that waits, or ends a session that there was. */
  readonly rare = new Set<string>();
  readonly #partOf: (server: string) => string;

  constructor(partOf: (server: string) => string) {
    this.#partOf = partOf;
  }

  get struck(): number {
    return this.#struck.size;
  }

  /** What has not been lost yet at that step. */
  next(step: string, when: Losing): Loss | null {
    return [...this.#open.values()].find((loss) => loss.step === step && loss.when === when) ?? null;
  }

  /** Only looks: for what is sent when nothing is lost. */
  readonly watch: StatementFault = async (at, { run }) => {
    this.#note(at);
    return await run();
  };

  /** Ends the connection at the first statement of that shape. */
  losing(loss: Loss): StatementFault {
    let struck = false;
    this.#open.delete(keyOf(loss));
    this.rare.add(keyOf(loss));
    return async (at, { run, cut }): Promise<Row[]> => {
      // What comes after it is sent only because of it.
      if (struck) return await run();
      this.#note(at);
      if (!at.steps.has(loss.step) || this.#shapeOf(at) !== loss.shape) return await run();
      struck = true;
      this.rare.delete(keyOf(loss));
      this.#struck.add(keyOf(loss));
      if (loss.when === 'before its answer') await run();
      cut();
      throw new SqlError('lost', 0, 'the server closed the connection');
    };
  }

  #note(at: Parameters<StatementFault>[0]): void {
    // A ping is no part of a step.
    if (at.sql === 'DO 1') return;
    const shape = this.#shapeOf(at);
    for (const step of at.steps)
      for (const when of losings) {
        const loss = { step, when, shape };
        const known = this.#struck.has(keyOf(loss)) || this.rare.has(keyOf(loss));
        if (!known && (when === 'before it is sent' || ACTING.test(at.sql))) this.#open.set(keyOf(loss), loss);
      }
  }

  #shapeOf({ server, sql }: Parameters<StatementFault>[0]): string {
    const shape = sql.replaceAll(/'[^']*'|\d+/g, '…').replaceAll(/(KILL CONNECTION …; )+/g, '$1');
    return `${this.#partOf(server)}: ${shape}`;
  }
}

const keyOf = ({ step, when, shape }: Loss): string => `${step}, ${when}: ${shape}`;

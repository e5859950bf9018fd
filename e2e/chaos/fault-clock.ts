import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../server/contract/errors.ts';
import type { Release } from './inflict.ts';
import { faultText, type Fault, type PlannedFault } from './round.ts';
import type { Story } from './story.ts';

/** What a console waits at most for a fault to take hold. */
const INFLICT_MS = 300;

/** Begins each fault of a round at its moment and ends it at its time. */
export class FaultClock {
  readonly #story: Story;
  readonly #inflict: (fault: Fault, forMs: number | null) => Promise<Release>;
  readonly #releases = new Set<Release>();
  readonly #pending = new Set<Promise<void>>();
  #waiting: readonly PlannedFault[];
  #over = false;
  /** Those that came to pass, in their order. */
  readonly inflicted: Fault[] = [];

  constructor(
    faults: readonly PlannedFault[],
    story: Story,
    inflict: (fault: Fault, forMs: number | null) => Promise<Release>,
  ) {
    this.#waiting = faults;
    this.#story = story;
    this.#inflict = inflict;
  }

  /** The stops of the faults that are still to come. */
  stops(): string[] {
    return this.#waiting.flatMap(({ at }) => (at.kind === 'statement' ? [`${at.number} ${at.side}`] : []));
  }

  /** Resolves when all that is to be there before the click is there. */
  async before(): Promise<void> {
    for (const planned of this.#take(({ kind }) => kind === 'before')) await this.#begin(planned);
  }

  /** From the click on. */
  clicked(): void {
    for (const planned of this.#waiting) if (planned.at.kind === 'after') void this.#later(planned, planned.at.ms);
  }

  step(step: string): void {
    for (const planned of this.#take((at) => at.kind === 'step' && at.step === step)) this.#track(this.#begin(planned));
  }

  /** Resolves when the console may go on; `go` is told so. */
  async stop(stop: string): Promise<void> {
    const now = this.#take((at) => at.kind === 'statement' && `${at.number} ${at.side}` === stop);
    const begun = Promise.all(now.map(async (planned) => await this.#begin(planned))).then(() => undefined);
    this.#track(begun);
    // A lock that has to wait its turn must not hold the console up.
    await Promise.race([begun, delay(INFLICT_MS)]);
  }

  /** No fault begins any more, and what still holds is released, last first. */
  async end(): Promise<void> {
    this.#waiting = [];
    this.#over = true;
    await Promise.race([Promise.all(this.#pending), delay(INFLICT_MS)]);
    for (const release of [...this.#releases].toReversed())
      await release().catch((error: unknown) => this.#story.tell(`  not released: ${messageOf(error)}`));
  }

  #take(which: (at: PlannedFault['at']) => boolean): readonly PlannedFault[] {
    const taken = this.#waiting.filter(({ at }) => which(at));
    this.#waiting = this.#waiting.filter((planned) => !taken.includes(planned));
    return taken;
  }

  async #begin({ fault, forMs }: PlannedFault): Promise<void> {
    this.#story.tell(`▶ ${faultText(fault)}${forMs === null ? '' : ` for ${forMs} ms`}`);
    this.inflicted.push(fault);
    let release: Release;
    try {
      release = await this.#inflict(fault, forMs);
    } catch (error) {
      // It may take hold later all the same: a replica breaks when it hears of the row that is in its way.
      this.#story.tell(`  could not be: ${messageOf(error)}`);
      return;
    }
    // Who asks while it is being released waits with it: a server that starts is not there yet.
    let over: Promise<void> | null = null;
    const once: Release = async () => {
      over ??= (async () => {
        this.#story.tell(`■ ${faultText(fault)} is over`);
        await release().finally(() => this.#releases.delete(once));
      })();
      await over;
    };
    this.#releases.add(once);
    // It had to wait its turn, and comes too late.
    if (this.#over) await once();
    else if (forMs !== null)
      void delay(forMs, undefined, { ref: false })
        .then(once)
        .catch((error: unknown) => this.#story.tell(`  not released: ${messageOf(error)}`));
  }

  /** A fault that would come when the operation is over does not come. */
  async #later(planned: PlannedFault, ms: number): Promise<void> {
    await delay(ms, undefined, { ref: false });
    if (this.#take((at) => at === planned.at).length > 0) this.#track(this.#begin(planned));
  }

  #track(work: Promise<void>): void {
    const caught = work.catch((error: unknown) => this.#story.tell(`  went wrong: ${messageOf(error)}`));
    this.#pending.add(caught);
    void caught.finally(() => this.#pending.delete(caught));
  }
}

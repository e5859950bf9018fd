import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { consoleWords } from './console-words.ts';
import type { Click, ConsolePlan, FromConsole, Look, ToConsole } from './console-messages.ts';
import { ConsoleProcess } from './console-process.ts';
import { succeeded } from './facts.ts';
import { Errand, type ErrandEnd } from './errand.ts';
import type { Story } from './story.ts';

export interface Hearing {
  /** At a stop: the console waits until it is told to go on. */
  readonly onStop: (stop: string) => void;
  readonly onStep: (step: string) => void;
  readonly onStatement: (server: string, sql: string) => void;
}

/** An operator who tries again by hand what a console could not take up, or a service manager one that did not start. */
const RETRY_MS = 1_000;
const LOOK_MS = 15_000;

/** The consoles of a round: the one that acts and its successors, on one store, and perhaps a rival beside them. */
export class Consoles {
  readonly #dir: string;
  readonly #plan: (own: boolean) => ConsolePlan;
  readonly #story: Story;
  readonly #hearing: Hearing;
  readonly #all: ConsoleProcess[] = [];
  #acting = 0;
  #rival: number | null = null;
  #rivalOwns = false;
  #errand = new Errand([]);
  #looked = Promise.withResolvers<Look>();
  #over = false;
  #plans = 0;

  /** `plan`: of a console that shares the store, or has a store of its own. */
  constructor(dir: string, plan: (own: boolean) => ConsolePlan, story: Story, hearing: Hearing) {
    this.#dir = dir;
    this.#plan = plan;
    this.#story = story;
    this.#hearing = hearing;
  }

  /** Starts the console that is spoken to from now on. */
  async start(): Promise<void> {
    this.#acting = await this.#start(false);
  }

  /** Starts one beside it, which clicks when it clicks. */
  async startRival(own: boolean): Promise<void> {
    this.#rivalOwns = own;
    this.#rival = await this.#start(own);
  }

  /** Clicks, and answers how it ended. */
  async ask(click: Click, how: { readonly twice?: boolean; readonly rival?: boolean } = {}): Promise<ErrandEnd> {
    const rival = how.rival === true ? this.#rival : null;
    const asked = [this.#acting, ...(how.twice === true ? [this.#acting] : []), ...(rival === null ? [] : [rival])];
    this.#errand = new Errand(asked);
    for (const index of asked) this.#all[index]?.tell({ kind: 'click', click });
    return await this.#errand.ended;
  }

  /** What the pages of the console that acts show now. Rejects where it does not answer. */
  async look(): Promise<Look> {
    this.#looked = Promise.withResolvers<Look>();
    this.tell({ kind: 'look' });
    const late = delay(LOOK_MS, undefined, { ref: false }).then(() => {
      throw new Error('the console shows nothing');
    });
    return await Promise.race([this.#looked.promise, late]);
  }

  tell(message: ToConsole): void {
    this.#all[this.#acting]?.tell(message);
  }

  get pids(): number[] {
    return this.#all.flatMap(({ pid }) => pid ?? []);
  }

  async kill(): Promise<void> {
    this.#errand.died(this.#acting);
    await this.#all[this.#acting]?.kill();
  }

  /** SIGSTOP of the console that acts; answers what wakes it up. */
  freeze(): () => void {
    const frozen = this.#all[this.#acting];
    frozen?.freeze();
    return () => frozen?.thaw();
  }

  /** A new console, which takes up what the one before has left; started again until it starts. */
  async succeed(): Promise<void> {
    while (!this.#over) {
      try {
        await this.start();
        break;
      } catch (error) {
        this.#story.tell(`a console did not start: ${String(error)}`);
        await delay(RETRY_MS);
      }
    }
    if (!this.#over) this.tell({ kind: 'resume' });
  }

  async stop(): Promise<void> {
    this.#over = true;
    for (const console of this.#all) await console.kill();
  }

  async #start(own: boolean): Promise<number> {
    this.#plans += 1;
    const file = join(this.#dir, `console-${this.#plans}.json`);
    await writeFile(file, JSON.stringify(this.#plan(own)), { mode: 0o600 });
    const started: ConsoleProcess = await ConsoleProcess.start(file, (message) =>
      this.#hear(this.#all.indexOf(started), message),
    );
    this.#all.push(started);
    // The round ended while it started.
    if (this.#over) await started.kill();
    this.#story.tell(`console ${this.#all.length} watches${own ? ', with a store of its own' : ''}`);
    return this.#all.length - 1;
  }

  #hear(index: number, message: FromConsole): void {
    const words = consoleWords(message);
    if (words !== null) this.#story.tell(`console ${index + 1} ${words}`);
    switch (message.kind) {
      case 'statement':
        return this.#hearing.onStatement(message.server, message.sql);
      case 'stopped':
        if (index === this.#acting) this.#hearing.onStop(message.stop);
        else this.#all[index]?.tell({ kind: 'go', stop: message.stop });
        return;
      case 'step':
        if (index === this.#acting) this.#hearing.onStep(message.step);
        return;
      case 'begun':
        return this.#errand.begun(index, message.id);
      case 'refused':
        return this.#errand.refused(index, message.refusal);
      case 'ended':
        // Its store, and no other, knows what it did.
        if (index === this.#rival && this.#rivalOwns && succeeded(message.view)) this.#acting = index;
        // One that was overtaken only says so: the other one's view is the end.
        if (message.view.outcome !== 'unknown' || index === this.#acting) this.#errand.viewed(message.view);
        return;
      case 'looked':
        return this.#looked.resolve(message.look);
      case 'resumed':
        this.#errand.takenUp(message.ids);
        // It may have ended, and the one that ended it was killed before it could say so.
        if (message.ids.length === 0)
          for (const id of this.#errand.open) this.#all[index]?.tell({ kind: 'end-of', id });
        return;
      case 'resume-failed':
      case 'not-ended':
        void this.#resumeAgain(index);
    }
  }

  async #resumeAgain(index: number): Promise<void> {
    await delay(RETRY_MS);
    if (!this.#over && index === this.#acting) this.tell({ kind: 'resume' });
  }
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Operation } from '../../server/contract/operation.ts';
import type { ConsolePlan, FromConsole, ToConsole } from './console-messages.ts';
import { ConsoleProcess } from './console-process.ts';
import type { Story } from './story.ts';

export interface Hearing {
  /** At a stop: the console waits until it is told to go on. */
  readonly onStop: (stop: string) => void;
  readonly onStatement: (server: string, sql: string) => void;
}

/** An operator who tries again by hand what a console could not take up. */
const RETRY_MS = 1_000;

/** The consoles of a round, one after the other, on one store: the one that acts, and its end. */
export class Consoles {
  readonly #dir: string;
  readonly #plan: () => ConsolePlan;
  readonly #story: Story;
  readonly #hearing: Hearing;
  readonly #all: ConsoleProcess[] = [];
  readonly #end = Promise.withResolvers<Operation | null>();
  #operationId: string | null = null;
  #over = false;

  constructor(dir: string, plan: () => ConsolePlan, story: Story, hearing: Hearing) {
    this.#dir = dir;
    this.#plan = plan;
    this.#story = story;
    this.#hearing = hearing;
  }

  /** Resolves with the last view of the operation; null where none was begun. */
  get ended(): Promise<Operation | null> {
    return this.#end.promise;
  }

  /** Starts a console; it is the one that is spoken to from now on. */
  async start(): Promise<void> {
    const number = this.#all.length + 1;
    const file = join(this.#dir, `console-${number}.json`);
    await writeFile(file, JSON.stringify(this.#plan()), { mode: 0o600 });
    this.#all.push(await ConsoleProcess.start(file, (message) => this.#hear(number, message)));
    this.#story.tell(`console ${number} watches`);
  }

  tell(message: ToConsole): void {
    this.#current().tell(message);
  }

  async kill(): Promise<void> {
    await this.#current().kill();
  }

  /** SIGSTOP of the console that acts; answers what wakes it up. */
  freeze(): () => void {
    const frozen = this.#current();
    frozen.freeze();
    return () => frozen.thaw();
  }

  /** A new console, which takes up what the one before has left. */
  async succeed(): Promise<void> {
    if (this.#over) return;
    await this.start();
    this.tell({ kind: 'resume' });
  }

  async stop(): Promise<void> {
    this.#over = true;
    for (const console of this.#all) await console.kill();
  }

  #current(): ConsoleProcess {
    const last = this.#all.at(-1);
    if (!last) throw new Error('no console was started');
    return last;
  }

  #hear(number: number, message: FromConsole): void {
    switch (message.kind) {
      case 'statement':
        this.#story.tell(`console ${number}  ${message.number}. ${message.server}: ${message.sql.slice(0, 160)}`);
        this.#hearing.onStatement(message.server, message.sql);
        return;
      case 'answer':
        if (message.error !== null) this.#story.tell(`console ${number}  ${message.number}. failed: ${message.error}`);
        return;
      case 'stopped':
        this.#hearing.onStop(message.stop);
        return;
      case 'begun':
        this.#operationId = message.id;
        return;
      case 'refused':
        this.#story.tell(`console ${number} refused: ${message.text}`);
        this.#end.resolve(null);
        return;
      case 'ended':
        this.#story.tell(`console ${number}: ${message.view.outcome}: ${message.view.summary}`);
        // One that was overtaken only says so: the other one's view is the end.
        if (message.view.outcome !== 'unknown' || this.#all.length === number) this.#end.resolve(message.view);
        return;
      case 'resumed':
      case 'resume-failed':
        void this.#resumed(number, message);
        return;
      case 'ready':
    }
  }

  async #resumed(number: number, message: Extract<FromConsole, { kind: 'resumed' | 'resume-failed' }>): Promise<void> {
    if (message.kind === 'resumed') {
      if (message.ids.length > 0) {
        this.#story.tell(`console ${number} takes it up`);
        return;
      }
      this.#story.tell(`console ${number} takes nothing up`);
      if (this.#operationId === null) {
        this.#end.resolve(null);
        return;
      }
    } else this.#story.tell(`console ${number} could not take it up: ${message.text}`);
    await delay(RETRY_MS);
    if (!this.#over && this.#all.length === number) this.tell({ kind: 'resume' });
  }
}

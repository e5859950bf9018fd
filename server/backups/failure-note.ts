import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { replaceFile } from '../files/durable-file.ts';

const failure = z.object({ at: z.string(), text: z.string() });
/** When something failed last, and why. */
export type Failure = z.infer<typeof failure>;

/** What fails, and is well again, by itself. */
const work = z.enum(['dump', 'mariabackup', 'verify']);
export type Work = z.infer<typeof work>;
export type StandingFailure = Failure & { readonly work: Work };

const noted = z.object({ failures: z.partialRecord(work, failure) });

/** Remembers what failed across restarts of the agent, until it succeeds. */
export class FailureNote {
  readonly #path: string;
  readonly #failures: Partial<Record<Work, Failure>>;

  private constructor(path: string, remembered: Partial<Record<Work, Failure>>) {
    this.#path = path;
    this.#failures = remembered;
  }

  /** Opens the note; an absent or unreadable file holds no failure. */
  static async open(path: string): Promise<FailureNote> {
    try {
      const read: unknown = JSON.parse(await readFile(path, 'utf8'));
      const earlier = failure.safeParse(read);
      return new FailureNote(path, earlier.success ? { dump: earlier.data } : noted.parse(read).failures);
    } catch {
      return new FailureNote(path, {});
    }
  }

  /** All that stand, the newest first. */
  get failures(): StandingFailure[] {
    return work.options
      .flatMap((kind) => {
        const stands = this.#failures[kind];
        return stands ? [{ ...stands, work: kind }] : [];
      })
      .toSorted((a, b) => b.at.localeCompare(a.at));
  }

  /** Remembers the failure; when it can't be written (the disk may be what failed), it is remembered until the end. */
  async write(kind: Work, value: Failure): Promise<void> {
    this.#failures[kind] = value;
    await this.#keep();
  }

  async clear(kind: Work): Promise<void> {
    if (this.#failures[kind] === undefined) return;
    delete this.#failures[kind];
    await this.#keep();
  }

  async #keep(): Promise<void> {
    await replaceFile(this.#path, JSON.stringify({ failures: this.#failures })).catch(() => undefined);
  }
}

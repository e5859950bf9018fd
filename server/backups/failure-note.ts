import { readFile, unlink } from 'node:fs/promises';
import { z } from 'zod';
import { replaceFile } from '../files/durable-file.ts';

const failure = z.object({ at: z.string(), text: z.string() });
/** When the last backup failed, and why. */
export type Failure = z.infer<typeof failure>;

/** Remembers a failed backup across restarts of the agent, until one succeeds. */
export class FailureNote {
  readonly #path: string;
  #failure: Failure | null;

  private constructor(path: string, remembered: Failure | null) {
    this.#path = path;
    this.#failure = remembered;
  }

  /** Opens the note; an absent or unreadable file holds no failure. */
  static async open(path: string): Promise<FailureNote> {
    try {
      return new FailureNote(path, failure.parse(JSON.parse(await readFile(path, 'utf8'))));
    } catch {
      return new FailureNote(path, null);
    }
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  /** Remembers the failure; when it can't be written (the disk may be what failed), it is remembered until the end. */
  async write(value: Failure): Promise<void> {
    this.#failure = value;
    await replaceFile(this.#path, JSON.stringify(value)).catch(() => undefined);
  }

  async clear(): Promise<void> {
    this.#failure = null;
    await unlink(this.#path).catch(() => undefined);
  }
}

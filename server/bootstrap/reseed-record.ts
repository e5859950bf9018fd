import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { reseed, type Reseed } from '../contract/reseed.ts';
import { replaceFile } from '../files/durable-file.ts';

/** As the contract tells it, and what nobody outside has to know. */
const record = reseed.extend({
  /** The exchange failed, and is being taken back. */
  restoring: z.boolean(),
  /** A server was started on the copy: somebody may have written there, so it is never removed. */
  copyStarted: z.boolean(),
});
export type ReseedRecord = z.infer<typeof record>;

/** What an agent remembers of its last reseed across its own death: written before each act. */
export class ReseedNote {
  readonly #path: string;
  #record: ReseedRecord | null;

  private constructor(path: string, remembered: ReseedRecord | null) {
    this.#path = path;
    this.#record = remembered;
  }

  /** Opens the note; an absent file holds none. Rejects when the file is not one: then nobody knows what was begun. */
  static async open(path: string): Promise<ReseedNote> {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return new ReseedNote(path, text === null ? null : record.parse(JSON.parse(text)));
  }

  get record(): ReseedRecord | null {
    return this.#record;
  }

  /** Remembers it; on the disk when that resolves. */
  async write(value: ReseedRecord): Promise<void> {
    await replaceFile(this.#path, `${JSON.stringify(value, null, 2)}\n`);
    this.#record = value;
  }

  /** Counts on, for who asks: nothing depends on it after a death. */
  progress(bytes: number): void {
    if (this.#record) this.#record = { ...this.#record, bytes };
  }
}

/** The record without what nobody outside has to know. */
export function told({ restoring: _restoring, copyStarted: _started, ...rest }: ReseedRecord): Reseed {
  return rest;
}

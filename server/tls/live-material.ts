import { messageOf } from '../contract/errors.ts';
import { readMaterial, type TlsFiles, type TlsMaterial } from './material.ts';
import { watchFiles } from './watch-files.ts';

export interface LiveOptions {
  /** Told of new material that is in force from now on. */
  readonly onChange?: (material: TlsMaterial, before: TlsMaterial) => void;
  /** Told why the files can't be used: the material of before stays in force. */
  readonly onProblem?: (problem: string) => void;
  readonly everyMs?: number;
}

/** TLS material that follows its files from `follow` to `stop`. */
export class LiveMaterial {
  readonly #files: TlsFiles;
  readonly #options: LiveOptions;
  #current: TlsMaterial;
  #problem: string | null = null;
  #watching: { stop(): void } | null = null;

  constructor(files: TlsFiles, current: TlsMaterial, options: LiveOptions) {
    this.#files = files;
    this.#current = current;
    this.#options = options;
  }

  /** Reads the files. Rejects as readMaterial where they can't be used. */
  static async read(files: TlsFiles, options: LiveOptions = {}): Promise<LiveMaterial> {
    return new LiveMaterial(files, await readMaterial(files), options);
  }

  get current(): TlsMaterial {
    return this.#current;
  }

  /** Why what the files hold now is not in force; null: it is. */
  get problem(): string | null {
    return this.#problem;
  }

  follow(): void {
    const named = Object.values(this.#files).filter((file) => file !== undefined);
    this.#watching ??= watchFiles(named, async () => await this.#reread(), this.#options.everyMs);
  }

  stop(): void {
    this.#watching?.stop();
    this.#watching = null;
  }

  async #reread(): Promise<void> {
    const before = this.#current;
    try {
      this.#current = await readMaterial(this.#files);
    } catch (error) {
      this.#problem = messageOf(error);
      this.#options.onProblem?.(this.#problem);
      return;
    }
    this.#problem = null;
    this.#options.onChange?.(this.#current, before);
  }
}

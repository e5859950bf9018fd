import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HookMessage } from '../hooks/hook-message.ts';

/** For tests: hooks as small shell scripts, each of which writes down what it was told before it does `body`. */
export class HookScripts {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The hook as the configuration names it. */
  async make(name: string, body = 'exit 0'): Promise<{ name: string; command: [string, ...string[]] }> {
    const file = join(this.#dir, `hook-${name}`);
    await writeFile(file, `#!/bin/sh\ncat >> ${this.#told(name)}\n${body}\n`, { mode: 0o700 });
    return { name, command: [file, 'an argument'] };
  }

  /** What it was told, each time it ran. */
  told(name: string): HookMessage[] {
    const file = this.#told(name);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): HookMessage => JSON.parse(line));
  }

  /** A file that a script may write. */
  file(name: string): string {
    return join(this.#dir, name);
  }

  #told(name: string): string {
    return join(this.#dir, `told-${name}`);
  }
}

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatonError } from '../contract/errors.ts';

/** Gives the call a folder of its own for what openssl reads from files, and removes it. */
export async function withOpenssl<T>(work: (openssl: Openssl) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-openssl-'));
  try {
    return await work(new Openssl(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The openssl program: every Debian has it, and it makes the same certificates that an operator would. */
export class Openssl {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes a file that the next call reads; answers its path. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  /** Runs it and answers what it printed. Rejects with BatonError, its last line saying why. */
  async run(...args: readonly string[]): Promise<string> {
    return await new Promise((resolve, reject) => {
      execFile('openssl', [...args], { encoding: 'utf8', timeout: 60_000 }, (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        const why =
          'code' in error && error.code === 'ENOENT' ? 'it is not installed' : stderr.trim().split('\n').at(-1);
        reject(new BatonError('unavailable', `openssl ${args[0]} failed: ${why}`, 'Install openssl 3 or newer.'));
      });
    });
  }
}

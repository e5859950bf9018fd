import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { chooseEncoding, type Encoding } from './accept-encoding.ts';
import { contentType, worthCompressing } from './content-type.ts';

/** A file as it is sent. */
export interface StaticFile {
  readonly type: string;
  readonly etag: string;
  /** True: its name changes with its content, so a browser never asks again. */
  readonly immutable: boolean;
  readonly encoding: Encoding;
  readonly bytes: Buffer;
}

interface Entry {
  readonly path: string;
  readonly immutable: boolean;
  readonly made: Map<Encoding, Promise<StaticFile>>;
}

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

/**
 * The files of `next build` and of public/, by the address they are served at. Only what was found at the start is ever
 * opened, so no address can lead outside; each is read once, compressed once, and kept (1–2 MB in all).
 */
export class StaticFiles {
  readonly #entries = new Map<string, Entry>();

  constructor(directory: string) {
    this.#add(join(directory, '.next', 'static'), '/_next/static', true);
    this.#add(join(directory, 'public'), '', false);
  }

  /** The file at this address in the best encoding that is accepted, or null when there is none. */
  async get(address: string, acceptEncoding: string | undefined): Promise<StaticFile | null> {
    const entry = this.#entries.get(address);
    if (entry === undefined) return null;
    const encoding = worthCompressing(address) ? chooseEncoding(acceptEncoding) : 'identity';
    const known = entry.made.get(encoding);
    if (known !== undefined) return known;
    const making = make(entry, address, encoding);
    entry.made.set(encoding, making);
    making.catch(() => entry.made.delete(encoding));
    return making;
  }

  #add(folder: string, prefix: string, immutable: boolean): void {
    if (!existsSync(folder)) return;
    for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const path = join(file.parentPath, file.name);
      this.#entries.set(`${prefix}/${path.slice(folder.length + 1)}`, { path, immutable, made: new Map() });
    }
  }
}

async function make({ path, immutable }: Entry, address: string, encoding: Encoding): Promise<StaticFile> {
  const plain = await readFile(path);
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  return {
    type: contentType(address),
    etag: encoding === 'identity' ? `"${hash}"` : `"${hash}-${encoding}"`,
    immutable,
    encoding,
    bytes: await compress(plain, encoding),
  };
}

async function compress(plain: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === 'br') return brotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  if (encoding === 'gzip') return gzipped(plain, { level: 9 });
  return plain;
}

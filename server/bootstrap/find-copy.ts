import { backupIndex } from '../contract/agent.ts';
import { dumpManifest, type DumpManifest } from '../contract/dumps.ts';
import { BatonError } from '../contract/errors.ts';
import { choose, isPlainName, partByName, partOf, partsFor, partsOfIndex, type CopyPart } from './copy-parts.ts';
import { openUrl, readText, type HttpAccess } from './open-url.ts';
import { shown } from './until-opened.ts';

/** As many as a chain of incrementals may have before anybody means it. */
const longestChain = 1000;

export interface FoundCopy {
  /** The folder that its files are in. */
  readonly folder: URL;
  /** A dump; or a full physical copy with its incrementals, in order. */
  readonly parts: readonly CopyPart[];
}

/**
 * Finds the first copy behind a bootstrap-url: a file, `latest` or a folder of Baton's agent, a folder with the origin's
 * index.txt, a file of any static server; manifests are taken where they stand beside it. Nothing large is read.
 * Rejects with BatonError: not-found, refused, unavailable.
 */
export async function findCopy(
  url: URL,
  options: { readonly access: HttpAccess; readonly signal: AbortSignal },
): Promise<FoundCopy> {
  const reader = new Reader(new URL('.', url), options);
  const name = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  const parts = name === '' || name === 'latest' ? await reader.newest(url) : await reader.file(name);
  return { folder: reader.folder, parts };
}

class Reader {
  readonly folder: URL;
  readonly #options: { readonly access: HttpAccess; readonly signal: AbortSignal };

  constructor(folder: URL, options: { readonly access: HttpAccess; readonly signal: AbortSignal }) {
    this.folder = folder;
    this.#options = options;
  }

  async newest(url: URL): Promise<readonly CopyPart[]> {
    const manifests = backupIndex.safeParse(parsed((await this.#text('index.json', 'application/json')) ?? ''));
    if (manifests.success) {
      const chosen = choose(manifests.data.backups);
      if (chosen) return chosen;
      throw new BatonError('not-found', `${shown(this.folder)} has no backup yet.`, 'Take one, and run this again.');
    }
    const index = await this.#text('index.txt', 'text/plain');
    const parts = index === null ? null : partsOfIndex(index);
    if (parts) return await Promise.all(parts.map(async (part) => await this.#withManifest(part)));
    if (url.pathname.endsWith('/latest')) return await this.file(await this.#named(url));
    throw new BatonError(
      'refused',
      `${shown(this.folder)} is no folder of backups: it has neither an index.json nor an index.txt with a full backup.`,
      'Name the file itself.',
    );
  }

  async file(name: string): Promise<readonly CopyPart[]> {
    const manifest = await this.#manifest(name);
    if (manifest && manifest.base !== null) {
      const parts = partsFor(await this.#bases(manifest), manifest);
      if (parts) return parts;
      throw new BatonError('refused', `${name} builds on a backup that is not whole in ${shown(this.folder)}.`);
    }
    const part = manifest ? partOf(manifest) : partByName(name);
    if (part && part.kind !== 'incremental') return [part];
    throw new BatonError(
      'refused',
      part
        ? `${name} is an incremental backup, and nothing says of which.`
        : `${shown(new URL(name, this.folder))} is neither called as a dump (.sql.zst, .sql.gz) nor as a physical backup (.xb.zst).`,
      'Name the folder, or another file.',
    );
  }

  /** The name of a file that stands at a changing address. */
  async #named(url: URL): Promise<string> {
    const answer = await openUrl(url, { ...this.#options, method: 'HEAD', timeoutMs: 30_000 });
    if (answer.kind === 'refused') throw answer.error;
    if (answer.kind === 'silent')
      throw new BatonError('unavailable', `${shown(url)} does not answer: ${answer.reason}.`);
    answer.answer.resume();
    const location = answer.answer.headers['content-location'] ?? '';
    const name = location.slice(location.lastIndexOf('/') + 1);
    if (isPlainName(name)) return name;
    throw new BatonError(
      'refused',
      `${shown(url)} does not say what it is (Content-Location).`,
      'Name the file itself.',
    );
  }

  async #withManifest(part: CopyPart): Promise<CopyPart> {
    return { ...part, manifest: await this.#manifest(part.name) };
  }

  async #bases(last: DumpManifest): Promise<DumpManifest[]> {
    const found = [last];
    for (let base = last.base; base !== null && found.length < longestChain;) {
      const manifest = await this.#manifest(base);
      if (!manifest) break;
      found.push(manifest);
      base = manifest.base;
    }
    return found;
  }

  /** null: there is none, or what is there is something else. */
  async #manifest(name: string): Promise<DumpManifest | null> {
    if (!isPlainName(name)) return null;
    const manifest = dumpManifest.safeParse(parsed((await this.#text(`${name}.json`, 'application/json')) ?? ''));
    return manifest.success && manifest.data.name === name ? manifest.data : null;
  }

  async #text(name: string, accept: string): Promise<string | null> {
    return await readText(new URL(name, this.folder), { ...this.#options, accept });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

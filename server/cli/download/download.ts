import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { BatonError, messageOf } from '../../contract/errors.ts';
import { good, refusalOf, send, textOf, type ConsoleAddress } from '../console-api/call.ts';

export interface Download {
  /** Below /api/v1. */
  readonly path: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Called with the bytes that are there, whenever some arrived. */
  readonly progress: (bytes: number) => void;
}

/**
 * Downloads into FILE.partial, goes on with one that an earlier run left, checks size and SHA-256, and then renames it to
 * FILE: what has the right name is whole. A rest that does not fit the part is no reason to fail: then all of it is fetched.
 * Rejects with BatonError('unavailable') when the transfer breaks (what arrived is kept for the next run) or when the bytes
 * are not the ones of the catalogue (then they are removed).
 */
export async function download(from: ConsoleAddress, what: Download): Promise<{ resumedAtBytes: number }> {
  const partial = `${what.file}.partial`;
  let tried = await attempt(from, what, partial);
  if (!tried.whole && tried.resumedAtBytes > 0) {
    await rm(partial);
    tried = await attempt(from, what, partial);
  }
  if (!tried.whole) {
    await rm(partial);
    throw new BatonError(
      'unavailable',
      `What arrived is not the dump of the catalogue (its SHA-256 is ${tried.sha256}).`,
      'It was removed; run the command again.',
    );
  }
  await rename(partial, what.file);
  return tried;
}

async function attempt(
  from: ConsoleAddress,
  what: Download,
  partial: string,
): Promise<{ whole: boolean; resumedAtBytes: number; sha256: string }> {
  const start = await resumable(partial, what.bytes);
  const hash = createHash('sha256');
  const answer = start === what.bytes ? null : await request(from, what, start);
  const resumedAtBytes = answer === null || answer.statusCode === 206 ? start : 0;
  if (resumedAtBytes > 0) await hashFile(partial, resumedAtBytes, hash);
  if (answer !== null) await receive(answer, partial, resumedAtBytes, hash, what);
  const sha256 = hash.digest('hex');
  return { whole: sha256 === what.sha256, resumedAtBytes, sha256 };
}

/** How much of it is there already; a partial file that is too long is of something else. */
async function resumable(partial: string, bytes: number): Promise<number> {
  const size = await stat(partial).then(
    (found) => found.size,
    () => 0,
  );
  return size <= bytes ? size : 0;
}

/** Asks for the rest, on the condition that it is still the same file: then 206, else 200 and all of it. */
async function request(from: ConsoleAddress, { path }: Download, start: number): Promise<IncomingMessage> {
  const etag = start === 0 ? undefined : (await send(from, { method: 'HEAD', path })).resume().headers.etag;
  const headers = etag === undefined ? {} : { range: `bytes=${start}-`, 'if-range': etag };
  const answer = await send(from, { method: 'GET', path, headers });
  if (!good(answer)) throw refusalOf(answer.statusCode ?? 0, await textOf(answer), from.url);
  return answer;
}

async function receive(
  answer: IncomingMessage,
  partial: string,
  start: number,
  hash: Hash,
  { progress }: Download,
): Promise<void> {
  const file = await open(partial, start === 0 ? 'w' : 'r+', 0o600);
  let position = start;
  try {
    const arriving: AsyncIterable<Uint8Array> = answer;
    for await (const chunk of arriving) {
      hash.update(chunk);
      await file.write(chunk, 0, chunk.length, position);
      position += chunk.length;
      progress(position);
    }
    await file.sync();
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && error.syscall === 'write') throw error;
    throw new BatonError(
      'unavailable',
      `The transfer broke after ${position} bytes: ${messageOf(error)}.`,
      `Run the command again: it goes on where it stopped (${partial}).`,
    );
  } finally {
    await file.close();
  }
}

async function hashFile(file: string, bytes: number, hash: Hash): Promise<void> {
  const stored: AsyncIterable<Uint8Array> = createReadStream(file, { end: bytes - 1 });
  for await (const chunk of stored) hash.update(chunk);
}

import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { pourFile } from './pour-file.ts';

const content = randomBytes(1_000_003);
let folder: string;
let handle: FileHandle;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-pour-'));
  await writeFile(join(folder, 'file'), content);
});
afterEach(async () => await handle.close());
afterAll(async () => await rm(folder, { recursive: true, force: true }));

test.each([
  [0, content.length - 1],
  [262_143, 262_144],
  [262_144, 524_287],
  [999_999, 1_000_002],
])('the bytes from %i to %i come as they stand, also to a slow reader', async (first, last) => {
  handle = await open(join(folder, 'file'));
  const pieces: Buffer[] = [];
  const out = new Writable({
    // Late, as a socket's kernel is: until then the piece may not be written over.
    write: (piece: Buffer, _, taken) => void setImmediate(() => (pieces.push(Buffer.from(piece)), taken())),
  });
  await pourFile(handle, { first, last }, out);
  await finished(out);
  expect(Buffer.concat(pieces).equals(content.subarray(first, last + 1))).toBe(true);
});

test('a reader that goes away ends it', async () => {
  handle = await open(join(folder, 'file'));
  const out = new Writable({ write: () => undefined });
  const poured = pourFile(handle, { first: 0, last: content.length - 1 }, out);
  out.destroy();
  await expect(poured).resolves.toBeUndefined();
});

test('a file that became shorter breaks off instead of ending well', async () => {
  handle = await open(join(folder, 'file'));
  const out = new PassThrough();
  const read = buffer(out).then(
    () => 'whole',
    () => 'broken off',
  );
  await expect(pourFile(handle, { first: 0, last: content.length }, out)).rejects.toThrow('1 bytes early');
  expect(await read).toBe('broken off');
});

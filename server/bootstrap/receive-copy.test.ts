import { execFile, execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { receiveCopy, wholeCopy, type IncomingCopy } from './receive-copy.ts';

const run = promisify(execFile);
const content = randomBytes(8_000_000);
let folder: string;
let directory: string;
/** What a source sends: two files in the mbstream format, compressed. */
let stream: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-receive-'));
  await writeFile(join(folder, 'one.ibd'), content);
  await writeFile(join(folder, 'two.ibd'), content.subarray(0, 1000));
  const options = { cwd: folder, encoding: 'buffer', maxBuffer: 1e8 } as const;
  const { stdout } = await run('mbstream', ['-c', 'one.ibd', 'two.ibd'], options);
  await writeFile(join(folder, 'stream'), stdout);
  await run('zstd', ['-q', '-1', 'stream'], { cwd: folder });
  stream = await readFile(join(folder, 'stream.zst'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  directory = await mkdtemp(join(folder, 'to-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function incoming(bytes: Buffer, said: ReturnType<IncomingCopy['whole']>): IncomingCopy {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
    bytes.subarray(index * 65_536, (index + 1) * 65_536),
  );
  return { body: Readable.from(pieces), whole: () => said };
}

const whole = (): { bytes: number; sha256: string } => ({ bytes: stream.length, sha256: sha256(stream) });

async function receive(copy: IncomingCopy, options: { to?: string; stallTimeoutMs?: number } = {}): Promise<number> {
  let unpacked = 0;
  await receiveCopy(wholeCopy(copy), options.to ?? directory, {
    signal: new AbortController().signal,
    stallTimeoutMs: options.stallTimeoutMs ?? 30_000,
    onBytes: (bytes) => (unpacked = bytes),
  });
  return unpacked;
}

test('a whole copy is unpacked as it was packed, and counted', async () => {
  expect(await receive(incoming(stream, whole()))).toBeGreaterThan(content.length);
  expect(await readFile(join(directory, 'one.ibd'))).toEqual(content);
  expect(await readFile(join(directory, 'two.ibd'))).toEqual(content.subarray(0, 1000));
});

test('a copy that broke off is refused, wherever it broke off', async () => {
  for (const end of [0, 1000, 100_000, stream.length - 1, stream.length]) {
    await expect(receive(incoming(stream.subarray(0, end), null))).rejects.toThrow(`broke off after ${end} bytes`);
    await rm(directory, { recursive: true });
    await mkdir(directory);
  }
});

test('a copy that is not what its sender counted is refused', async () => {
  const changed = Buffer.from(stream);
  changed[stream.length - 10] = (changed[stream.length - 10] ?? 0) ^ 1;
  await expect(receive(incoming(changed, whole()))).rejects.toThrow(/SHA-256|zstd/);
  await rm(directory, { recursive: true });
  await mkdir(directory);
  const shorter = incoming(stream.subarray(0, 100_000), whole());
  await expect(receive(shorter)).rejects.toThrow(`has 100000 bytes, its sender counted ${stream.length}`);
});

test('what is no copy at all is refused with the words of the tool', async () => {
  const nothing = Buffer.from('<html>not here</html>');
  await expect(receive(incoming(nothing, { bytes: nothing.length, sha256: sha256(nothing) }))).rejects.toThrow(/zstd/);
});

test('a source that says nothing any more is given up', async () => {
  const body = new Readable({ read: () => undefined });
  body.push(stream.subarray(0, 100_000));
  await expect(receive({ body, whole }, { stallTimeoutMs: 200 })).rejects.toThrow('nothing of the copy came for 0.2 s');
});

test.runIf(process.getuid?.() === 0)('a full disk is said, and ends it (as root: on a small file system)', async () => {
  const small = join(directory, 'small');
  await mkdir(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', small]);
  try {
    await expect(receive(incoming(stream, whole()), { to: small })).rejects.toThrow(/No space left|ENOSPC|Errcode: 28/);
  } finally {
    execFileSync('umount', [small]);
  }
});

import { createHash, randomBytes } from 'node:crypto';
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainDump, type DumpManifest } from '../../server/contract/dumps.ts';

/** A dump of the given size in an agent's folder: random bytes under a true manifest, since only the transport is measured. */
export interface LargeDump extends AsyncDisposable {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Writes it and answers what the catalogue will show. */
export async function writeLargeDump(directory: string, server: string, bytes: number): Promise<LargeDump> {
  const name = `${server}-2000-01-01T00-00-00Z.sql.zst`;
  const path = join(directory, name);
  const block = randomBytes(1 << 20);
  const hash = createHash('sha256');
  const file = await open(path, 'w', 0o600);
  for (let written = 0; written < bytes; written += block.length) {
    hash.update(block);
    await file.write(block);
  }
  await file.close();
  const sha256 = hash.digest('hex');
  const manifest: DumpManifest = {
    ...plainDump,
    format: 1,
    name,
    method: 'dump',
    server,
    serverVersion: '10.11',
    toolVersion: 'bench',
    compression: 'none',
    bytes,
    sha256,
    gtid: '',
    startedAt: '2000-01-01T00:00:00.000Z',
    endedAt: '2000-01-01T00:00:01.000Z',
  };
  await writeFile(`${path}.json`, JSON.stringify(manifest), { mode: 0o600 });
  return {
    name,
    bytes,
    sha256,
    async [Symbol.asyncDispose]() {
      await rm(`${path}.json`, { force: true });
      await rm(path, { force: true });
    },
  };
}

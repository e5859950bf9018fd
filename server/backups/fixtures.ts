import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { agentConfiguration } from '../contract/configuration/agent.ts';
import { plainDump, type DumpManifest } from '../contract/dumps.ts';
import { backupName, manifestName } from './names.ts';

/** For tests: a manifest of that content, begun at that time. */
export function manifestOf(content: Buffer, startedAt: string, server = 'db-1'): DumpManifest {
  return {
    ...plainDump,
    format: 1,
    name: backupName({ server, startedAt: new Date(startedAt), method: 'dump', compression: 'zstd', database: null }),
    method: 'dump',
    server,
    serverVersion: '10.11.19-MariaDB',
    toolVersion: '10.19 Distrib 10.11.19-MariaDB',
    compression: 'zstd',
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    gtid: '0-1-9',
    startedAt,
    endedAt: startedAt,
  };
}

/** For tests: the rules in a configuration's `agent.backups`. */
export function backupRules(backups: Omit<z.input<typeof agentConfiguration>, 'listen' | 'server'>['backups']) {
  const parsed = agentConfiguration.parse({ listen: '127.0.0.1:0', server: { socket: '/unused' }, backups });
  if (parsed.backups === undefined) throw new Error('no backups are configured');
  return parsed.backups;
}

/** For tests: puts a whole backup into the directory. */
export async function placeBackup(
  directory: string,
  content: Buffer,
  startedAt: string,
  server = 'db-1',
): Promise<DumpManifest> {
  const manifest = manifestOf(content, startedAt, server);
  await writeFile(join(directory, manifest.name), content);
  await writeFile(join(directory, manifestName(manifest.name)), JSON.stringify(manifest));
  return manifest;
}

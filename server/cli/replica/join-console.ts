import { readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { describeProblems } from '../../configuration/describe-problems.ts';
import { loadConfiguration } from '../../configuration/load-configuration.ts';
import { BatonError } from '../../contract/errors.ts';
import type { ClusterConfiguration } from '../../contract/configuration/cluster.ts';
import { replaceAlike } from '../../files/durable-file.ts';

/** A server as a console's configuration names it. */
export interface JoiningServer {
  readonly cluster: string;
  readonly name: string;
  readonly url: string;
  readonly agent: string | null;
}

/** The lines that a console's configuration needs of it. */
export function joiningLines({ cluster, name, url, agent }: JoiningServer): string[] {
  const more = agent === null ? '' : `, agent: "${agent}"`;
  return ['clusters:', `  ${cluster}:`, '    servers:', `      ${name}: { url: "${url}"${more} }`];
}

/** The cluster of that name in the console's configuration. Rejects with BatonError('invalid'). */
export async function clusterIn(file: string, cluster: string): Promise<ClusterConfiguration> {
  const loaded = await loadConfiguration(file);
  if (loaded.kind === 'wrong') throw new BatonError('invalid', describeProblems(file, loaded.problems));
  const found = loaded.configuration.clusters[cluster];
  if (found) return found;
  const known = Object.keys(loaded.configuration.clusters);
  throw new BatonError('invalid', `${file} has no cluster ${cluster}.`, '', { known });
}

/**
 * Writes a server into a console's configuration, with all else and its comments left as they are; the console takes it at
 * its next SIGHUP. A name that is taken by another address is refused. Rejects with BatonError, the file being as it was.
 */
export async function joinConsole(file: string, server: JoiningServer): Promise<void> {
  const { cluster, name, url, agent } = server;
  const earlier = (await clusterIn(file, cluster)).servers[name];
  if (earlier && earlier.url.replace(/\/$/, '') !== url) {
    throw new BatonError('refused', `${cluster} has another ${name}, at ${earlier.url}.`, 'Choose another name.');
  }
  const document = parseDocument(await readFile(file, 'utf8'));
  document.setIn(['clusters', cluster, 'servers', name], document.createNode({ url, ...(agent ? { agent } : {}) }));
  const text = String(document);
  const tried = `${file}.${process.pid}.tried`;
  await writeFile(tried, text, { mode: (await stat(file)).mode & 0o777 });
  try {
    const checked = await loadConfiguration(tried);
    if (checked.kind === 'wrong') throw new BatonError('invalid', describeProblems(file, checked.problems));
  } finally {
    await rm(tried, { force: true });
  }
  // Where it is a link, the file it leads to.
  await replaceAlike(await realpath(file), text);
}

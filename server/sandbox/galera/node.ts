import { readFile, writeFile } from 'node:fs/promises';
import { text } from '../../mariadb/row.ts';
import type { SandboxServer } from '../server-process.ts';
import { until } from '../until.ts';

/** What a node says of itself, by the name of the variable without wsrep_; {} while it does not answer. */
export async function statusOf(node: SandboxServer): Promise<Record<string, string>> {
  const rows = await node.sql("SHOW GLOBAL STATUS LIKE 'wsrep\\_%'").catch(() => []);
  return Object.fromEntries(rows.map((row) => [text(row, 'Variable_name').replace(/^wsrep_/, ''), text(row, 'Value')]));
}

/** Starts the node as the first of a cluster, and resolves when it is Synced alone. */
export async function bootstrapNode(node: SandboxServer): Promise<void> {
  await withStartOptions(node, 'wsrep_new_cluster=1', async () => await node.start());
  await untilSynced([node]);
}

/** Runs the start with an option that only this start is told. */
export async function withStartOptions(node: SandboxServer, line: string, start: () => Promise<void>): Promise<void> {
  if (node.startFile === null) throw new Error(`${node.name} is no Galera node`);
  await writeFile(node.startFile, `[mariadbd]\n${line}\n`);
  try {
    await start();
  } finally {
    await writeFile(node.startFile, '');
  }
}

/** What the provider said last: the warnings of this very wait stand behind it in the log. */
async function words(node: SandboxServer): Promise<string> {
  const log = await readFile(node.errorLog, 'utf8').catch(() => '');
  const lines = log.split('\n').filter((line) => /WSREP|\[ERROR\]/.test(line));
  return lines.slice(-25).join('\n');
}

/** Resolves when these nodes are the members of one Primary component, all Synced. */
export async function untilSynced(nodes: readonly SandboxServer[], timeoutMs = 60_000): Promise<void> {
  let last: Record<string, string>[] = [];
  const holds = async (): Promise<boolean> => {
    last = await Promise.all(nodes.map(async (node) => await statusOf(node)));
    return last.every(
      ({ local_state_comment, cluster_status, cluster_size }) =>
        local_state_comment === 'Synced' && cluster_status === 'Primary' && cluster_size === String(nodes.length),
    );
  };
  await until(holds, { what: `${nodes.map(({ name }) => name).join(', ')} are Synced`, timeoutMs }).catch(
    async (error: unknown) => {
      const states = last.map((one) => `${one['cluster_status']} ${one['cluster_size']} ${one['local_state_comment']}`);
      const said = await Promise.all(nodes.map(async (node) => `${node.name}\n${await words(node)}`));
      throw new Error(`${String(error)}: ${states.join(' · ')}\n${said.join('\n')}`, { cause: error });
    },
  );
}

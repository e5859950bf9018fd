import { join } from 'node:path';
import { reservePort } from '../../sandbox/ports.ts';
import type { SandboxCluster } from '../../sandbox/cluster.ts';
import { environment, findNode, flagsFor } from '../../setup/node24.mjs';
import { writeFile } from 'node:fs/promises';
import { sandboxControl } from '../sandbox/server-control.ts';
import { startChild, type Child } from './child-process.ts';
import type { Authority } from '../../tls/authority.ts';
import { agentYaml, type AgentPlace } from './configuration-text.ts';
import type { Layout } from './layout.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const main = join(root, 'server', 'cli', 'main.ts');

/** Where the agent of each server will listen. The ports stay reserved for as long as this process lives. */
export async function placeAgents(cluster: Pick<SandboxCluster, 'servers'>, secure: boolean): Promise<AgentPlace[]> {
  return await Promise.all(
    cluster.servers.map(async (server) => {
      const { port } = await reservePort();
      return { server, port, url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}` };
    }),
  );
}

/** Starts `baton agent` beside a server. */
export async function startAgent(paths: Layout, place: AgentPlace, authority: Authority | null): Promise<Child> {
  const { name } = place.server;
  const file = paths.agentConfig(name);
  const node = findNode(root);
  const update = [node, main, 'server', 'update', '--config', file, '--gate', paths.gate(name)];
  const control = sandboxControl(node, paths.dir, name);
  await writeFile(file, agentYaml(paths, place, update, control, authority), { mode: 0o600 });
  return await startChild(baton('agent', file), paths.log(`agent-${name}`), environment(root));
}

/** Starts `baton console`. */
export async function startConsole(paths: Layout): Promise<Child> {
  return await startChild(baton('console', paths.config), paths.log('console'), environment(root));
}

function baton(command: string, config: string): string[] {
  return [findNode(root), ...flagsFor([command]), main, command, '--config', config];
}

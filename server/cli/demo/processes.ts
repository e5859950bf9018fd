import { join } from 'node:path';
import { reservePort } from '../../sandbox/ports.ts';
import type { SandboxCluster } from '../../sandbox/cluster.ts';
import { environment, findNode, flagsFor } from '../../setup/node24.mjs';
import { writeFile } from 'node:fs/promises';
import { sandboxControl } from '../sandbox/server-control.ts';
import { startChild, type Child } from './child-process.ts';
import { agentYaml, type AgentPlace, type Certificate } from './configuration-text.ts';
import type { Layout } from './layout.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const main = join(root, 'server', 'cli', 'main.ts');

/** Where the agent of each server will listen. The ports stay reserved for as long as this process lives. */
export async function placeAgents(
  cluster: Pick<SandboxCluster, 'servers'>,
  tls: Certificate | null,
): Promise<AgentPlace[]> {
  return await Promise.all(
    cluster.servers.map(async (server) => {
      const { port } = await reservePort();
      return { server, port, url: `${tls === null ? 'http' : 'https'}://127.0.0.1:${port}` };
    }),
  );
}

/** Starts `baton agent` beside a server. */
export async function startAgent(paths: Layout, place: AgentPlace, tls: Certificate | null): Promise<Child> {
  const { name } = place.server;
  const file = paths.agentConfig(name);
  const node = findNode(root);
  const update = [node, main, 'server', 'update', '--config', file, '--gate', paths.gate(name)];
  const control = sandboxControl(node, paths.dir, name);
  await writeFile(file, agentYaml(paths, place, update, control, tls), { mode: 0o600 });
  return await startChild(baton('agent', file), paths.log(`agent-${name}`), trusting(tls));
}

/** Starts `baton console`. */
export async function startConsole(paths: Layout, tls: Certificate | null): Promise<Child> {
  return await startChild(baton('console', paths.config), paths.log('console'), trusting(tls));
}

/** Who asks an agent, the console or another agent, trusts what Node trusts. */
function trusting(tls: Certificate | null): NodeJS.ProcessEnv {
  const env = environment(root);
  return tls === null ? env : { ...env, NODE_EXTRA_CA_CERTS: tls.certificate };
}

function baton(command: string, config: string): string[] {
  return [findNode(root), ...flagsFor([command]), main, command, '--config', config];
}

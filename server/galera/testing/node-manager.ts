import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { ServerControlConfiguration } from '../../contract/configuration/services.ts';
import type { GaleraSandbox } from '../../sandbox/galera/galera-cluster.ts';

/** For tests: starts and stops sandbox nodes when an agent's commands ask for it, as a service manager would. */
export interface NodeManager {
  controlOf(node: string): ServerControlConfiguration;
  close(): void;
}

/** For tests: the manager of these nodes, asked by curl through a socket in the cluster's folder. */
export async function manageNodes(cluster: GaleraSandbox): Promise<NodeManager> {
  const socket = join(cluster.dir, 'manager');
  const server = createServer((request, response) => {
    const [, name = '', verb = ''] = (request.url ?? '').split('/');
    const node = cluster.server(name);
    const act = async (): Promise<boolean> => {
      if (verb === 'start') await node.start();
      if (verb === 'stop') await node.stop();
      return node.alive();
    };
    act().then(
      (alive) => response.writeHead(verb === 'status' && !alive ? 503 : 200).end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(socket);
  await once(server, 'listening');
  const argv = (node: string, verb: string): string[] => [
    'curl',
    '--silent',
    '--show-error',
    '--fail-with-body',
    '--unix-socket',
    socket,
    `http://manager/${node}/${verb}`,
  ];
  return {
    controlOf: (node) => ({
      kind: 'command',
      start: argv(node, 'start'),
      stop: argv(node, 'stop'),
      status: argv(node, 'status'),
    }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

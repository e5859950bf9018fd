import { join } from 'node:path';

/** Name of the demo's cluster: the application whose databases it plays. */
export const clusterName = 'erp5';

/** Name of its Galera cluster (--galera), and of its nodes: they share the commands of the sandbox with the servers. */
export const galeraName = 'wiki';
export const galeraNodes = ['wiki-1', 'wiki-2', 'wiki-3'];

/** Where each thing of a demo lies. */
export interface Layout {
  readonly dir: string;
  /** Its presence says that the folder is a demo's, and may be removed by --fresh. */
  readonly marker: string;
  readonly cluster: string;
  readonly config: string;
  readonly demoFile: string;
  readonly store: string;
  readonly secret: (name: string) => string;
  readonly log: (name: string) => string;
  readonly agentConfig: (server: string) => string;
  readonly backups: (server: string) => string;
  /** While this file exists, mariadb_update may run on the server. */
  readonly gate: (server: string) => string;
  /** Made when the demo starts. */
  readonly folders: readonly string[];
}

/** Where a demo in this folder keeps what. */
export function layout(dir: string): Layout {
  const within = (...parts: string[]): string => join(dir, ...parts);
  return {
    dir,
    marker: within('.baton-demo'),
    cluster: within(clusterName),
    config: within('baton.yaml'),
    demoFile: within('demo.json'),
    store: within('console.sqlite'),
    secret: (name) => within('secrets', name),
    log: (name) => within('logs', `${name}.log`),
    agentConfig: (server) => within('agents', `${server}.yaml`),
    backups: (server) => within('backups', server),
    gate: (server) => within('agents', `${server}.mariadb_update`),
    folders: ['secrets', 'logs', 'agents', 'backups'].map((name) => within(name)),
  };
}

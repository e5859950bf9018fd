import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noSsl } from '../../mariadb/change-primary.ts';
import type { SqlTarget } from '../../mariadb/connection.ts';
import type { ReplicaStatus } from '../../mariadb/replica-status.ts';
import type { HttpAccess } from '../open-url.ts';
import type { SandboxCluster } from '../../sandbox/cluster.ts';
import { reservePort } from '../../sandbox/ports.ts';
import { SandboxServer } from '../../sandbox/server-process.ts';
import type { ReplicaParameters } from '../../contract/parameters.ts';
import type { InitStage } from '../make-replica.ts';
import { initReplica, type InitEnd } from '../replica-init.ts';

/** For tests: a server that has its options and nothing else yet. */
export interface BlankServer {
  readonly server: SandboxServer;
  readonly folder: string;
  /** Makes it a replica, as `baton replica init` does. */
  init(changes: InitChanges): Promise<InitEnd>;
  /** Ends the server, and removes its folder. */
  remove(): Promise<void>;
}

export interface InitChanges extends Partial<ReplicaParameters> {
  readonly signal?: AbortSignal;
  readonly onStage?: (stage: InitStage) => void;
  readonly patienceMs?: number;
  readonly access?: HttpAccess;
  readonly ssl?: ReplicaStatus['ssl'];
  readonly primaryTls?: SqlTarget['tls'];
}

const nothingWanted = {
  bootstrapUrl: null,
  bootstrapToken: null,
  bootstrapFingerprint: null,
  withTls: null,
  thresholdSeconds: 0,
};

let serverIds = 100;

/** For tests: a blank server that knows the cluster's accounts; its first server is whom it is to follow. */
export async function blankServer(
  cluster: SandboxCluster,
  options: {
    readonly settings?: Readonly<Record<string, string | number>>;
    readonly persist?: boolean;
    readonly agentPassword?: string;
  } = {},
): Promise<BlankServer> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-blank-'));
  const name = `db-${++serverIds}`;
  const { agent } = cluster.accounts;
  const accounts = { ...cluster.accounts, agent: { ...agent, password: options.agentPassword ?? agent.password } };
  const plan = { name, serverId: serverIds, folder, socket: join(folder, 's'), accounts };
  const server = new SandboxServer({ ...plan, port: await reservePort(), settings: options.settings ?? {} });
  await mkdir(server.dataDir);
  await writeFile(server.persistFile, '');
  await server.writeOptions();
  return {
    server,
    folder,
    init: async ({ signal, onStage, patienceMs, access, ssl, primaryTls, ...parameters }) => {
      const { replication } = cluster.accounts;
      const primary = { ...cluster.server('db-1').address, user: replication.user, password: replication.password };
      const wanted = { ...nothingWanted, primary, ...parameters };
      return await initReplica({
        defaultsFile: server.optionsFile,
        parameters: wanted,
        access: access ?? { token: wanted.bootstrapToken, secure: null },
        ssl: ssl ?? noSsl,
        primaryTls,
        accountFiles: [],
        persistFile: options.persist === false ? null : server.persistFile,
        signal: signal ?? new AbortController().signal,
        onStage: onStage ?? (() => undefined),
        ...(patienceMs === undefined ? {} : { patience: { silenceMs: patienceMs, patienceMs } }),
      });
    },
    remove: async () => {
      await server.kill();
      server.release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

import type { Logger } from 'pino';
import { readSecret } from '../configuration/read-secret.ts';
import type { ClusterConfiguration } from '../contract/configuration/cluster.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { LiveMaterial } from '../tls/live-material.ts';
import type { TlsFiles } from '../tls/material.ts';

export interface Account {
  readonly user: string;
  readonly password: string;
}

/** The passwords of one cluster: in memory, from their files, and nowhere else. */
export interface ClusterSecrets {
  readonly observe: Account;
  /** null: nothing can be done to this cluster, only seen. */
  readonly operate: Account | null;
  readonly replication: Account | null;
  /** By the connection's name; "" is the default one. */
  readonly sources: ReadonlyMap<string, Account>;
  /** "" where none is configured. */
  readonly agentToken: string;
  /** Whom the console trusts at the agents, and what it shows; null: whom the system trusts, and nothing. */
  readonly agentTls: LiveMaterial | null;
  /** As agentTls, at the servers; null: plain connections. */
  readonly serverTls: LiveMaterial | null;
}

/** Reads them. Rejects with BatonError that names the file which can't be read. */
export async function readClusterSecrets(configuration: ClusterConfiguration, logger: Logger): Promise<ClusterSecrets> {
  const { account, replication, sources, agentTokenFile, agentTls, serverTls } = configuration;
  return {
    observe: await readAccount(account.observe),
    operate: account.operate === undefined ? null : await readAccount(account.operate),
    replication: replication === undefined ? null : await readAccount(replication),
    sources: new Map(
      await Promise.all(
        Object.entries(sources).map(
          async ([name, source]) => [name === 'default' ? '' : name, await readAccount(source)] as const,
        ),
      ),
    ),
    agentToken: agentTokenFile === undefined ? '' : await readSecret(agentTokenFile),
    agentTls: agentTls === undefined ? null : await readTls('agentTls', agentTls, logger),
    serverTls: serverTls === undefined ? null : await readTls('serverTls', serverTls, logger),
  };
}

async function readTls(field: string, files: TlsFiles, logger: Logger): Promise<LiveMaterial> {
  const onProblem = (problem: string): void =>
    logger.error({ field, problem }, 'the new certificate is not usable; the old one stays');
  try {
    return await LiveMaterial.read(files, { onProblem });
  } catch (error) {
    throw new BatonError('invalid', `${field}: ${messageOf(error)}`);
  }
}

async function readAccount({ user, passwordFile }: { user: string; passwordFile: string }): Promise<Account> {
  return { user, password: await readSecret(passwordFile) };
}

import { readSecret } from '../configuration/read-secret.ts';
import type { ClusterConfiguration } from '../contract/configuration.ts';

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
}

/** Reads them. Rejects with BatonError that names the file which can't be read. */
export async function readClusterSecrets(configuration: ClusterConfiguration): Promise<ClusterSecrets> {
  const { account, replication, sources, agentTokenFile } = configuration;
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
  };
}

async function readAccount({ user, passwordFile }: { user: string; passwordFile: string }): Promise<Account> {
  return { user, password: await readSecret(passwordFile) };
}

import { addressText } from '../contract/listen-address.ts';

/** What a server publishes for a new replica, in the origin's names. "" stands for what is not available. */
export interface ConnectionParameters {
  readonly 'replication-primary-url': string;
  readonly 'replication-bootstrap-url': string;
  readonly 'takeover-url': string;
  /** Reads this server's backups, where no certificate does. */
  readonly 'replication-bootstrap-token'?: string;
}

export interface Published {
  readonly user: string;
  readonly password: string;
  readonly address: { readonly host: string; readonly port: number } | null;
  /** The agent's URL; null: it serves no backups. */
  readonly agentUrl: string | null;
  readonly bootstrapToken: string | null;
  readonly clusterUrl: string | null;
  readonly server: string;
}

/** The parameters that `baton replica init` takes as they are. They hold a password. */
export function connectionParameters(published: Published): ConnectionParameters {
  const { user, password, address, agentUrl, bootstrapToken, clusterUrl, server } = published;
  const [name, secret] = [user, password].map(encodeURIComponent);
  return {
    'replication-primary-url': address === null ? '' : `mysql://${name}:${secret}@${addressText(address)}`,
    'replication-bootstrap-url': agentUrl === null ? '' : `${agentUrl}/backups/latest`,
    'takeover-url': clusterUrl === null ? '' : `${clusterUrl.replace(/\/$/, '')}/takeover/${server}`,
    ...(agentUrl === null || bootstrapToken === null ? {} : { 'replication-bootstrap-token': bootstrapToken }),
  };
}

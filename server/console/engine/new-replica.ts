import { type Actor, requirePermission } from '../../access/actor.ts';
import { readSecret } from '../../configuration/read-secret.ts';
import { connectionParameters } from '../../contract/connection-parameters.ts';
import { BatonError } from '../../contract/errors.ts';
import { copySource } from '../../contract/first-copy.ts';
import type { Cluster } from '../cluster.ts';
import { requireServer } from '../clusters.ts';
import type { Engine } from '../engine.ts';
import { serverAddress } from '../server-address.ts';
import { takeoverUrl } from '../takeover-urls.ts';
import type { EngineParts } from './parts.ts';

/** A first copy of a large server takes hours. */
const tokenHours = 24;

/** What a new replica of a server needs: secrets, so in the audit before they are told. */
export function newReplicaMethods(parts: EngineParts): Pick<Engine, 'connectionParameters'> {
  const { clusters, access, consoleUrl } = parts;
  return {
    async connectionParameters(actor: Actor, name, server) {
      requirePermission(actor, 'operate');
      requirePermission(actor, 'download');
      const cluster = clusters.get(name);
      requireServer(cluster, server);
      const { replication, replicationTls, servers } = cluster.configuration;
      if (!replication) {
        throw new BatonError(
          'refused',
          `The console knows no account with which a replica of ${name} would sign in.`,
          `Set clusters.${name}.replication in its configuration.`,
        );
      }
      const source = copySource({ dumps: cluster.agents.dumps(), servers: cluster.agents.states() }, server);
      const result = source === null ? 'no backup' : `backups of ${source}, for ${tokenHours} h`;
      await access.audit.record({ actor, action: 'connection-parameters', cluster: name, object: server, result });
      const written = servers[server];
      const agent = source === null ? undefined : servers[source];
      return connectionParameters({
        user: replication.user,
        password: await readSecret(replication.passwordFile),
        address: written ? serverAddress(server, written) : null,
        agentUrl: agent?.agent ?? null,
        bootstrapToken: source === null ? null : await tokenFor(cluster, source),
        bootstrapFingerprint: agent?.agentFingerprint ?? null,
        withTls: (written?.replicationTls ?? replicationTls) !== undefined,
        // Not those of one server: a new one is none of them yet.
        tlsFiles: replicationTls,
        takeoverUrl: takeoverUrl(consoleUrl(), name, server),
      });
    },
  };
}

/** null: its readers show certificates. Rejects with BatonError('unavailable'). */
async function tokenFor({ agents }: Cluster, server: string): Promise<string | null> {
  try {
    return (await agents.clientOf(server).readerToken(tokenHours)).token;
  } catch (error) {
    if (error instanceof BatonError && error.code === 'refused') return null;
    throw error;
  }
}

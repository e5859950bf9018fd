import type { AgentConfiguration } from '../../contract/configuration.ts';
import type { ReplicaParameters } from '../../contract/parameters.ts';
import type { TlsFiles } from '../../tls/material.ts';
import type { Option } from '../command.ts';

/** Files of a replica's TLS, with its primary and the primary's backups. */
export const secureOptions: readonly Option[] = [
  { flags: '--ca <file>', text: 'whose certificates are trusted, the primary’s and that of its backups' },
  { flags: '--certificate <file>', text: 'shown to both, with its --key' },
  { flags: '--key <file>', text: 'of the certificate' },
];

/**
 * The files that the options name, else those of the agent's configuration for replication, of the parameters, of the agent
 * itself. `named`: they are for this replication.
 */
export function filesFor(
  given: TlsFiles,
  agent: AgentConfiguration | null,
  wanted: ReplicaParameters,
): { readonly tls: TlsFiles; readonly named: boolean } {
  if (given.ca !== undefined || given.certificate !== undefined) return { tls: given, named: true };
  const known = agent?.replicationTls ?? wanted.tlsFiles;
  if (known) return { tls: known, named: true };
  const { clientCa: ca, certificate, key } = agent?.tls ?? {};
  return { tls: { ca, certificate, key }, named: false };
}

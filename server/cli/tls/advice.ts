import { stringify } from 'yaml';
import type { Authority } from '../../tls/authority.ts';
import type { Issued } from '../../tls/issued.ts';

/** Where each certificate goes, as what its host's configuration says of it. The paths are those of the authority's folder. */
export function placesText(authority: Authority): string {
  const all = authority.certificates;
  const replicas = all.filter(({ purpose }) => purpose === 'replication').map(({ name }) => name);
  return all.map((one) => `# ${one.name}: ${lineOf(one)}\n${configured(authority, one, replicas)}`).join('\n');
}

const purposes: Readonly<Record<Issued['purpose'], string>> = {
  console: 'on the host of the console, in baton.yaml',
  agent: 'beside its server, in the agent’s baton.yaml',
  server: 'for mariadbd, in its options file',
  replication:
    'on the host of its server; for the console, whose takeovers name the files, and `baton replica init` there',
};
const lineOf = ({ purpose }: Issued): string => purposes[purpose];

function configured(authority: Authority, { name, purpose }: Issued, replicas: readonly string[]): string {
  const { certificate, key, ca, crl } = authority.files(name);
  if (purpose === 'server') {
    return `[mariadbd]\nssl_cert=${certificate}\nssl_key=${key}\nssl_ca=${ca}\nssl_crl=${crl}\n`;
  }
  const clients = { console: ['console'], replica: replicas };
  const replicationTls = { ca, certificate, key, crl };
  const servers = { [name.replace(/^replication-/, '')]: { replicationTls } };
  const values = {
    console: {
      console: { tls: { certificate, key } },
      clusters: { '…': { agentTls: { ca, crl, certificate, key }, serverTls: { ca, crl, certificate, key } } },
    },
    agent: { agent: { tls: { certificate, key, clientCa: ca, clientCrl: crl, clients } } },
    replication: { clusters: { '…': { servers } }, agent: { replicationTls } },
  };
  return stringify(values[purpose], { aliasDuplicateObjects: false });
}

import { z } from 'zod';
import type { ClusterConfiguration } from '../../contract/configuration/cluster.ts';
import { BatonError } from '../../contract/errors.ts';
import { componentGrant, leastGrants, type AccountPurpose } from '../../mariadb/grants.ts';
import { command, configOption, jsonOption } from '../command.ts';
import { readConfiguration } from '../configuration-file.ts';
import { exitCode } from '../exit-code.ts';

const purposes: Record<AccountPurpose, string> = {
  observe: 'watches, all the time',
  operate: 'acts, for the length of an operation',
  replication: 'replicas read the binary log with it',
};

export const grants = command({
  name: 'grants',
  summary: 'least privileges of the configured accounts, as GRANT statements',
  details: 'For each server of the cluster. The accounts have to exist: CREATE USER gives them their passwords.',
  arguments: [{ syntax: '<cluster>', text: 'the cluster' }],
  options: [
    { flags: '--from <host>', text: 'host part of the accounts (%)' },
    { flags: '--least', text: 'without those that Baton can do without' },
    jsonOption,
    configOption,
  ],
  input: z.object({
    config: z.string().optional(),
    cluster: z.string(),
    from: z.string().default('%'),
    least: z.boolean().default(false),
    json: z.boolean().default(false),
  }),
  async run({ config, cluster, from, least, json }, terminal) {
    const { configuration } = await readConfiguration(config);
    const known = Object.keys(configuration.clusters);
    const found = Object.hasOwn(configuration.clusters, cluster) ? configuration.clusters[cluster] : undefined;
    if (found === undefined) throw new BatonError('not-found', `There is no cluster "${cluster}".`, '', { known });
    const statements = accountsOf(found).flatMap(({ purpose, user }) => {
      const grantee = `${quoted(user)}@${quoted(from)}`;
      const components = found.kind === 'galera' && purpose === 'observe' ? [componentGrant(grantee)] : [];
      return [leastGrants(purpose, grantee, !least), ...components].map((statement) => ({ purpose, user, statement }));
    });
    if (json) terminal.json(statements);
    else {
      for (const { purpose, statement } of statements) {
        terminal.line(`-- ${purpose}: ${purposes[purpose]}`);
        terminal.line(`${statement};`);
      }
    }
    return exitCode.done;
  },
});

function accountsOf({ account, replication }: ClusterConfiguration): { purpose: AccountPurpose; user: string }[] {
  return [
    { purpose: 'observe', user: account.observe.user },
    ...(account.operate === undefined ? [] : [{ purpose: 'operate' as const, user: account.operate.user }]),
    ...(replication === undefined ? [] : [{ purpose: 'replication' as const, user: replication.user }]),
  ];
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

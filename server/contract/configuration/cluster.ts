import { z } from 'zod';
import { name, port, secretFile } from './fields.ts';
import { hooks } from './hooks.ts';
import { clientTls, fingerprint, replicationTls } from './tls.ts';

const account = z.strictObject({ user: z.string().min(1), passwordFile: secretFile });

export const serverConfiguration = z.strictObject({
  url: z
    .string()
    .regex(
      new RegExp(String.raw`^mysql://(\[[0-9a-fA-F:.]+\]|[^:@/[\]\s]+)(:${port})?/?$`),
      '"mysql://host:port", no user or password in it',
    ),
  agent: z.url({ protocol: /^https?$/ }).optional(),
  /**
   * How the console reaches the server. `agent`: by its socket, through the agent beside it, whose server.tunnel allows it; `url`
   * is then where others would find the server, with its TCP on.
   */
  via: z.enum(['tcp', 'agent']).default('tcp'),
  /** Of the agent's certificate: pinned, so that neither its name nor, without agentTls.ca, its issuer matters. */
  agentFingerprint: fingerprint.optional(),
  /** The name that the agent's certificate must have, where it is not the host of its address. */
  agentName: z.string().min(1).optional(),
  /** The name that the server's own certificate must have, where it is not the host of its url; for serverTls. */
  serverName: z.string().min(1).optional(),
  /** In place of the cluster's, where the files lie elsewhere on this host. */
  replicationTls: replicationTls.optional(),
  candidate: z.enum(['prefer', 'neutral', 'never']).default('neutral'),
});

export const clusterConfiguration = z.strictObject({
  kind: z.enum(['replication', 'galera']).default('replication'),
  account: z.strictObject({ observe: account, operate: account.optional() }),
  replication: account.optional(),
  /**
   * Accounts for sources outside of the cluster that its primary replicates from, by the connection's name (`default` for
   * the one without): with its account a source moves along in a takeover.
   */
  sources: z.record(z.string().min(1), account).default({}),
  lag: z
    .strictObject({ warnSeconds: z.number().positive(), criticalSeconds: z.number().positive() })
    .default({ warnSeconds: 5, criticalSeconds: 60 }),
  poll: z
    .strictObject({ everySeconds: z.number().min(0.2).max(60), timeoutSeconds: z.number().min(0.5).max(60) })
    .default({ everySeconds: 1, timeoutSeconds: 2 }),
  takeover: z
    .strictObject({
      /** Budget of everything before the point of no return. */
      budgetSeconds: z.number().positive().max(3600).default(60),
      longWriteSeconds: z.number().positive().default(10),
      maxLagSeconds: z.number().positive().default(30),
    })
    .prefault({}),
  /** Programs on the console's host that go along with a takeover: virtual addresses, proxies, DNS. */
  hooks: hooks.prefault({}),
  /** Token the console shows to the agents of this cluster. */
  agentTokenFile: secretFile.optional(),
  /** For agents with an https address: whom the console trusts, and the certificate that it shows. */
  agentTls: clientTls.optional(),
  /** Then the console speaks TLS with every server, and checks that its certificate is one of the host in its url. */
  serverTls: clientTls.optional(),
  /** What takeovers and rejoins tell a server that they re-point. Absent: as its connection was, or the new primary's. */
  replicationTls: replicationTls.optional(),
  /** Throw-away servers: the pages carry a permanent label. */
  sandbox: z.boolean().default(false),
  /** Only of throw-away servers: the command that kills one, whose name is appended. The demo writes it. */
  sandboxKill: z.array(z.string()).min(1).optional(),
  servers: z
    .record(name, serverConfiguration)
    .refine((servers) => Object.keys(servers).length > 0, 'at least one server'),
});
export type ClusterConfiguration = z.infer<typeof clusterConfiguration>;

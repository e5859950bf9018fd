import { z } from 'zod';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'letters, digits, - and _, at most 63');
/**
 * Paths; relative ones count from the folder of the configuration file. x-file says what they are: a secret must be
 * there and not be empty, a certificate must be there, any other may come later.
 */
const file = z.string().min(1).meta({ 'x-file': 'path' });
/** A socket in the file system; its path has a limit of its own. */
const socketFile = z.string().min(1).meta({ 'x-file': 'socket' });
const certificateFile = z.string().min(1).meta({ 'x-file': 'certificate' });
const secretFile = z.string().min(1).meta({ 'x-file': 'secret' });
/** 0 to 65535: no system takes another one, and `new URL` neither. */
const port = String.raw`(?:6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]\d{4}|\d{1,4})`;
/** "[::1]:8080", "127.0.0.1:8080" or "unix:/path". */
const listenAddress = z
  .string()
  .meta({ 'x-file': 'listen' })
  .regex(
    new RegExp(String.raw`^(unix:.+|(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+):${port})$`),
    '"host:port", "[ipv6]:port" or "unix:/path"',
  );
const tcpAddress = z
  .string()
  .regex(new RegExp(String.raw`^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+):${port}$`), '"host:port" or "[ipv6]:port"');

/** An argument list: the program, and what it is told. Nothing in it is read by a shell. */
const programFile = z
  .string()
  .min(1)
  .regex(/^[^\0]+$/, 'no NUL')
  .meta({ 'x-file': 'program' });
const argument = z.string().regex(/^[^\0]*$/, 'no NUL');

const hook = z.strictObject({
  /** Unique in its cluster: pages, the journal and the API call it so. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, 'letters, digits, - and _, at most 40'),
  command: z.tuple([programFile], argument),
  /** Then it is killed, with all that it started. */
  timeoutSeconds: z.number().positive().max(120).default(10),
  kinds: z
    .array(z.enum(['switchover', 'failover']))
    .min(1)
    .default(['switchover', 'failover']),
});
const fencingHook = hook.extend({
  /** Its success means that the old primary takes no writes any more. It runs in failovers only. */
  fence: z.boolean().default(false),
});
const hooks = z
  .strictObject({
    /** Before the first act that stops writes. One that fails stops the takeover. */
    beforeFencing: z.array(fencingHook).default([]),
    /** Right behind the opening of the new primary. One that fails is left to do. */
    afterPromotion: z.array(hook).default([]),
    /** When a takeover that had acted did not succeed, after everything else. */
    onFailure: z.array(hook).default([]),
  })
  .refine(({ beforeFencing, afterPromotion, onFailure }) => {
    const names = [...beforeFencing, ...afterPromotion, ...onFailure].map((one) => one.name);
    return new Set(names).size === names.length;
  }, 'two hooks have the same name');
export type Hooks = z.infer<typeof hooks>;

const fingerprint = z
  .string()
  .regex(/^(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){31})$/, 'a SHA-256 fingerprint: 64 hexadecimal digits');

const listenerTlsFields = {
  certificate: certificateFile,
  key: secretFile,
  /** Then every client must show a certificate of these authorities. */
  clientCa: certificateFile.optional(),
  /** Revocation lists of those authorities; without one nobody is revoked. */
  clientCrl: certificateFile.optional(),
};
const crlNeedsCa = ({ clientCa, clientCrl }: { clientCa?: string | undefined; clientCrl?: string | undefined }) =>
  clientCrl === undefined || clientCa !== undefined;
const crlMessage = { path: ['clientCrl'], message: 'there is no clientCa whose list it could be' };

/** Names of certificates (CN or alternative name) or their SHA-256 fingerprints. */
const certificateNames = z.array(z.string().min(1)).default([]);

const clientFiles = {
  ca: certificateFile.optional(),
  certificate: certificateFile.optional(),
  key: secretFile.optional(),
};
const pairMessage = { path: ['key'], message: 'a certificate and its key go together' };
const isPair = ({ certificate, key }: { certificate?: string | undefined; key?: string | undefined }) =>
  (certificate === undefined) === (key === undefined);

/** How a client reaches a server over TLS. Without `ca`: whom the system trusts. */
const clientTls = z.strictObject(clientFiles).refine(isPair, pairMessage);
/** The same of an agent. The driver of the database takes no revocation list. */
const agentTls = z
  .strictObject({
    ...clientFiles,
    /** Revocation lists of those authorities; without one nobody is revoked. */
    crl: certificateFile.optional(),
  })
  .refine(isPair, pairMessage)
  .refine(({ ca, crl }) => crl === undefined || ca !== undefined, {
    path: ['crl'],
    message: 'there is no ca whose list it could be',
  });

/** What a replica is told of TLS in CHANGE MASTER. The files are those of the database's host: nobody here reads them. */
const replicationTls = z.strictObject({
  ca: z.string().min(1),
  certificate: z.string().min(1).optional(),
  key: z.string().min(1).optional(),
  crl: z.string().min(1).optional(),
  /** False: a certificate of that CA for another host will do as well. */
  verifyServer: z.boolean().default(true),
});

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
  agentTls: agentTls.optional(),
  /** Then the console speaks TLS with every server, and checks that its certificate is one of the host in its url. */
  serverTls: clientTls.optional(),
  /** What takeovers and rejoins tell a server that they re-point. Absent: as its connection was, or the new primary's. */
  replicationTls: replicationTls.optional(),
  /** Throw-away servers: the pages carry a permanent label. */
  sandbox: z.boolean().default(false),
  servers: z
    .record(name, serverConfiguration)
    .refine((servers) => Object.keys(servers).length > 0, 'at least one server'),
});
export type ClusterConfiguration = z.infer<typeof clusterConfiguration>;

export const consoleConfiguration = z.strictObject({
  listen: z.union([listenAddress, z.array(listenAddress).min(1)]).default('127.0.0.1:8080'),
  url: z.url({ protocol: /^https?$/ }),
  /** Further Host values that are allowed beside the one of `url`. */
  hosts: z.array(z.string()).default([]),
  /** Followed: renewed files are in force without a restart. */
  tls: z.strictObject(listenerTlsFields).refine(crlNeedsCa, crlMessage).optional(),
  /** Without tls: lets it listen on private addresses too, not only on loopback. */
  plainHttp: z.boolean().default(false),
  store: z.string().regex(/^sqlite:\/\/\/.+/, '"sqlite:///path" (a store in MariaDB is not supported yet)'),
  sessionSecretFile: secretFile,
  /** Where its private sockets are while it runs. Absent: TMPDIR, else /tmp. Short: a socket's path has at most 107 bytes. */
  runDirectory: file.optional(),
  sessionHours: z.number().positive().default(12),
  metrics: z.strictObject({ allowLoopback: z.boolean().default(false) }).prefault({}),
});

/** Where a supervisord listens; a name and a password where its section has them. */
const supervisord = z.strictObject({
  kind: z.literal('supervisord'),
  url: z
    .string()
    .regex(
      new RegExp(String.raw`^(unix:///.+|http://(\[[0-9a-fA-F:.]+\]|[^:@/[\]\s]+)(:${port})?/?)$`),
      '"unix:///path" or "http://host:port"',
    ),
  username: z.string().min(1).optional(),
  passwordFile: secretFile.optional(),
  /** As supervisorctl calls it: "mariadb_update", or "group:program". */
  program: z.string().min(1),
});
const systemd = z.strictObject({
  kind: z.literal('systemd'),
  unit: z.string().regex(/^[A-Za-z0-9:_.@\\][A-Za-z0-9:_.@\\-]*$/, 'the name of a unit'),
  /** The systemd of the agent's user, not the system's. */
  user: z.boolean().default(false),
});
/** What a host supervises, as a service: run once when it is asked for, or all the time while it is enabled. */
const supervised = {
  daemon: z.boolean().default(false),
  timeoutSeconds: z.number().positive().default(600),
};

export const serviceConfiguration = z.discriminatedUnion('kind', [
  supervisord.extend(supervised),
  systemd.extend(supervised),
  z.strictObject({
    kind: z.literal('gate'),
    /** The service may run while this file exists. */
    file,
    /** What runs when the gate opens, with its arguments. */
    run: z.array(z.string()).min(1).optional(),
    timeoutSeconds: z.number().positive().default(600),
  }),
  z.strictObject({
    kind: z.literal('command'),
    enable: z.array(z.string()).min(1),
    disable: z.array(z.string()).min(1),
    status: z.array(z.string()).min(1),
    run: z.array(z.string()).min(1).optional(),
    timeoutSeconds: z.number().positive().default(600),
  }),
]);

/** How the agent stops and starts its database server, for a reseed. Arguments are passed as they are, through no shell. */
export const serverControlConfiguration = z.discriminatedUnion('kind', [
  supervisord,
  systemd,
  z.strictObject({
    kind: z.literal('command'),
    start: z.array(z.string()).min(1),
    stop: z.array(z.string()).min(1),
    /** Ends with 0 while the server runs. */
    status: z.array(z.string()).min(1),
  }),
]);
export type ServerControlConfiguration = z.infer<typeof serverControlConfiguration>;

export const agentConfiguration = z.strictObject({
  listen: listenAddress,
  /** Name of the server in the console's configuration; goes into manifests. Absent: the host's name. */
  name: name.optional(),
  server: z.strictObject({
    socket: socketFile,
    /** Options file with the account the agent uses for dumps and services ([client] user, password). */
    defaultsFile: file.optional(),
    /**
     * Lets the console reach the socket through this agent, for a server with TCP off. The server then sees the agent's own user
     * there: an account that signs in by that (unix_socket) is open to whoever the agent takes for the console.
     */
    tunnel: z.boolean().default(false),
    /** File the agent writes read_only into; include it in the server's options. */
    persistFile: file.optional(),
    /**
     * At its start the agent makes a replica of what parametersFile asks for, where the options in defaultsFile name a data
     * directory without a database; with `control` it then starts the server.
     */
    initialise: z.boolean().default(false),
    /** Lets the agent exchange the data directory for a copy of the primary's. Absent: it never stops the server. */
    control: serverControlConfiguration.optional(),
    /** The server is a Galera node, and this agent reads what it knows of itself while it is down. */
    galera: z
      .strictObject({
        /** The options file mariadbd is started with. Absent: defaultsFile. */
        optionsFile: file.optional(),
        /**
         * Include it in the server's options, last: the agent writes what only one start is told (wsrep_new_cluster,
         * wsrep_start_position) and empties it, or what keeps a node with rows that were given up from any start. Absent: it never bootstraps.
         */
        startFile: file.optional(),
        /** mariadbd, for --wsrep-recover. */
        program: programFile.default('mariadbd'),
      })
      .optional(),
    /** How long the server may take to stop, and to start. */
    controlTimeoutSeconds: z.number().positive().max(86_400).default(600),
  }),
  /** Followed: renewed files are in force without a restart. */
  tls: z
    .strictObject({
      ...listenerTlsFields,
      /** Who may come in by the certificate alone. Absent: the certificate opens the door, and a token says who it is. */
      clients: z
        .strictObject({
          /** May do all. */
          console: certificateNames,
          /** May read backups; '*' is everybody that clientCa vouches for. */
          replica: certificateNames,
        })
        .refine((clients) => !clients.console.includes('*'), { path: ['console'], message: 'the console has a name' })
        .optional(),
    })
    .refine(crlNeedsCa, crlMessage)
    .refine(({ clientCa, clients }) => clients === undefined || clientCa !== undefined, {
      path: ['clients'],
      message: 'there is no clientCa that vouches for them',
    })
    .optional(),
  /** Without tls: lets it listen on private addresses too, not only on loopback. */
  plainHttp: z.boolean().default(false),
  /** Bearer tokens: the console's may do all, readers may only read /backups. */
  tokenFile: secretFile.optional(),
  readerTokenFile: secretFile.optional(),
  /** With what the server beside it replicates; `baton replica init` uses it, for the first copy as well. */
  replicationTls: z
    .strictObject({
      ca: certificateFile,
      certificate: certificateFile.optional(),
      key: secretFile.optional(),
      crl: certificateFile.optional(),
    })
    .optional(),
  /** For `baton primary init`: the account of those who replicate from this server, and what is published for them. */
  primary: z
    .strictObject({
      user: z.string().min(1).default('replication_user'),
      /** Host part of the account. */
      from: z.string().min(1).default('%'),
      /** Absent: as the account has it, a new one without. */
      require: z.enum(['none', 'ssl', 'x509']).optional(),
      /** Holds its password; made by `baton primary init` where it is not there. */
      passwordFile: file,
      /** "host:port" or "[ipv6]:port" where replicas find the server. Absent: as the server says (report_host). */
      address: tcpAddress.optional(),
      /** The connection parameters are written here as well, for whoever asks for a replica. */
      parametersFile: file.optional(),
      /** Where the console shows this cluster: "https://console.example.com/clusters/erp5"; for the takeover-url. */
      clusterUrl: z.url({ protocol: /^https?$/ }).optional(),
    })
    .optional(),
  /**
   * JSON with what the server was asked to be: primary-url and seconds-behind-master-threshold of a replica. It holds a
   * password. Absent, or without a primary-url: the server is to be a primary.
   */
  parametersFile: file.optional(),
  /** Where the agent keeps its logs of runs. Absent: `.agent` in the backup directory, else beside the configuration file. */
  stateDirectory: file.optional(),
  backups: z
    .strictObject({
      directory: file,
      /** Cron: takes a backup by each of the methods, one after the other. */
      schedule: z.string().optional(),
      /** mariabackup: the data files, the fast first copy of a replica. dump: SQL, for any server of this version or newer. */
      method: z
        .array(z.enum(['mariabackup', 'dump']))
        .min(1)
        .default(['dump']),
      /**
       * Cron: a physical backup is a full one when none was begun since that time last came, else what changed since the
       * one before it. Absent: each one is full.
       */
      full: z.string().optional(),
      dump: z
        .strictObject({
          /** each: a file for each database. Each has a position of its own, so no replica can be made of them. */
          databases: z.enum(['together', 'each']).default('together'),
          /** gzip: larger and slower, for what reads no zstd. */
          compression: z.enum(['zstd', 'gzip']).default('zstd'),
        })
        .prefault({}),
      /** A backup beyond any of the limits goes, unless a kept one builds on it. The last good one always stays. */
      keep: z
        .strictObject({ days: z.number().positive().optional(), count: z.number().int().positive().optional() })
        .default({ days: 7 }),
      /** Cron: restores the newest backup of each method into a throw-away server and checks it. */
      verify: z.string().optional(),
      /** Where it is restored to. Absent: in stateDirectory. */
      verifyDirectory: file.optional(),
    })
    .optional(),
  services: z.record(name, serviceConfiguration).default({}),
});
export type AgentConfiguration = z.infer<typeof agentConfiguration>;

export const configuration = z
  .strictObject({
    console: consoleConfiguration.optional(),
    clusters: z.record(name, clusterConfiguration).default({}),
    agent: agentConfiguration.optional(),
  })
  .refine((value) => value.console !== undefined || value.agent !== undefined, 'a console: or an agent: section');
export type Configuration = z.infer<typeof configuration>;

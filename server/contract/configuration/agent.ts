import { z } from 'zod';
import {
  certificateFile,
  file,
  listenAddress,
  name,
  programFile,
  secretFile,
  socketFile,
  tcpAddress,
} from './fields.ts';
import { certificateNames, crlMessage, crlNeedsCa, listenerTlsFields } from './tls.ts';
import { serverControlConfiguration, serviceConfiguration } from './services.ts';

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

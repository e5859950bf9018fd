import { z } from 'zod';
import { file, listenAddress, secretFile } from './fields.ts';
import { crlMessage, crlNeedsCa, listenerTlsFields } from './tls.ts';

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

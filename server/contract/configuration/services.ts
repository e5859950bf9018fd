import { z } from 'zod';
import { file, port, secretFile } from './fields.ts';

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

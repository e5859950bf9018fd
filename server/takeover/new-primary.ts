import type { NewPrimary } from '../mariadb/change-primary.ts';
import { isRejoin, serverOf, sslFor, targetConnection } from './task.ts';
import type { TakeoverContext } from './context.ts';

/**
 * Where `server` shall replicate from, with every field: address from the configuration, account from the configuration,
 * the rest as its own connection had it, or, for a server that had none (a former primary), as the target's had it.
 * Throws where no replication account is configured: a check blocks that beforehand.
 */
export function newPrimaryFor(context: TakeoverContext, server: string, primary: string, demote: boolean): NewPrimary {
  const { task, parts } = context;
  if (!parts.replication) throw new Error('no replication account is configured');
  const like = serverOf(task, server).connection ?? targetConnection(task);
  const { host, port } = serverOf(task, primary);
  return {
    connection: like.name,
    host,
    port,
    user: parts.replication.user,
    password: parts.replication.password,
    connectRetrySeconds: like.connectRetrySeconds,
    heartbeatPeriodSeconds: like.heartbeatPeriodSeconds,
    delaySeconds: like.delaySeconds,
    // Who goes back to the old primary gets what it had.
    ssl: primary === task.oldPrimary && !isRejoin(task) ? like.ssl : sslFor(task, server, like),
    demote: demote && serverOf(task, server).demote,
  };
}

import { connect, type Connection } from '../../server/mariadb/connection.ts';
import { SqlError } from '../../server/mariadb/sql-error.ts';
import {
  breakWithDuplicateKey,
  errantTransaction,
  globalReadLock,
  longTransaction,
  startReplication,
  stopReplication,
  tableLock,
} from '../../server/sandbox/faults.ts';
import { followed } from '../../server/sandbox/replication.ts';
import type { SandboxServer } from '../../server/sandbox/server-process.ts';
import type { AgentProcess } from './agent-process.ts';
import type { Arena } from './arena.ts';
import { disturbLink } from './disturb-link.ts';
import type { Fault } from './round.ts';
import { startPrivilegedWriter } from './privileged-writer.ts';

/** Ends a fault. */
export type Release = () => Promise<void>;
/** What happens to a server, or to somebody's connection with it. */
export type ServerFault = Extract<Fault, { server: string }>;

/** For what happens once. */
export const none: Release = () => Promise.resolve();

/**
 * Does it to the servers, and answers what ends it. Rejects with SqlError where the server is not there to be hurt.
 * `privilegedWrites` is told what the privileged writer was acknowledged.
 */
export async function inflict(
  arena: Arena,
  fault: ServerFault,
  privilegedWrites: (uids: readonly string[]) => void,
): Promise<Release> {
  const { cluster, agents } = arena;
  const server = cluster.server(fault.server);
  switch (fault.kind) {
    case 'kill':
      await server.kill();
      return async () => await startUnlessAlive(server);
    case 'freeze':
      server.freeze();
      return async () => {
        if (server.alive()) server.thaw();
        await Promise.resolve();
      };
    case 'link':
      return await disturbLink(arena, fault);
    case 'agent':
      return await disturbAgent(agents.get(fault.server), fault.how);
    case 'read-lock':
      return releaseOf(await globalReadLock(server));
    case 'table-lock':
      return releaseOf(await tableLock(server));
    case 'long-transaction':
      return releaseOf(await longTransaction(server));
    case 'privileged-writer': {
      const writer = await startPrivilegedWriter(server, fault.may);
      return async () => privilegedWrites(await writer.stop());
    }
    case 'full-connections':
      return await fill(server, cluster.accounts.app);
    case 'stop-replica':
      await stopReplication(server, fault.thread);
      return async () => await startAgain(server);
    case 'break-replica':
      await breakReplica(cluster.servers, server);
      return none;
    case 'errant':
      await errantTransaction(server, fault.domain === 'own' ? 9 : null);
      return none;
    case 'delay-replica':
      await delayBy(server, fault.seconds);
      return async () => await delayBy(server, 0);
    default:
      return await changePassword(server, cluster.accounts.replication);
  }
}

/** The row comes from whomever it follows now. Rejects where it follows nobody any more. */
async function breakReplica(servers: readonly SandboxServer[], replica: SandboxServer): Promise<void> {
  const port = (await followed(replica))?.port;
  const primary = servers.find(({ address }) => address.port === port);
  if (!primary) throw new Error(`${replica.name} follows nobody`);
  await breakWithDuplicateKey(primary, replica);
}

async function changePassword(server: SandboxServer, account: { user: string; password: string }): Promise<Release> {
  const set = async (word: string): Promise<void> => {
    await server.sql('SET sql_log_bin=0', `ALTER USER '${account.user}'@'%' IDENTIFIED BY '${word}'`);
  };
  await set('another');
  return async () => await set(account.password);
}

async function disturbAgent(agent: AgentProcess | undefined, how: 'kill' | 'freeze'): Promise<Release> {
  if (!agent) throw new Error('there are no agents in this round');
  if (how === 'freeze') {
    agent.freeze();
    return async () => await Promise.resolve(agent.thaw());
  }
  await agent.kill();
  return async () => await agent.restart();
}

const releaseOf =
  (held: { release(): Promise<void> }): Release =>
  async () =>
    await held.release();

async function startUnlessAlive(server: SandboxServer): Promise<void> {
  if (!server.alive()) await server.start();
}

/** Whoever follows somebody follows again; one that was promoted meanwhile has nobody to follow. */
async function startAgain(server: SandboxServer): Promise<void> {
  if ((await server.sql('SHOW ALL SLAVES STATUS')).length > 0) await startReplication(server);
}

/** In one go: a replica that is stopped in between would stay so. One that follows nobody any more has nothing to delay. */
async function delayBy(server: SandboxServer, seconds: number): Promise<void> {
  if ((await server.sql('SHOW ALL SLAVES STATUS')).length === 0) return;
  await server.sql('STOP SLAVE', `CHANGE MASTER TO MASTER_DELAY=${seconds}`, 'START SLAVE');
}

/** As an application that leaks connections: it takes whatever is free. */
async function fill(server: SandboxServer, account: { user: string; password: string }): Promise<Release> {
  const open: Connection[] = [];
  try {
    for (let count = 0; count < 150; count += 1) {
      open.push(await connect({ host: server.host, port: server.port, ...account }, 3_000));
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
  }
  return async () => {
    for (const connection of open) connection.destroy();
    await Promise.resolve();
  };
}

import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { z } from 'zod';
import { agentConfiguration } from '../contract/configuration/agent.ts';
import { AgentClient } from './client.ts';
import type { RawAnswer } from './raw-download.ts';
import { startAgent, type RunningAgent } from './start-agent.ts';

/** For tests: tokens that an agent of this file takes. */
export const consoleToken = 'console-token-0123456789';
export const readerToken = 'reader-token-0123456789';

/** For tests: an agent with a folder of its own. */
export interface TestAgent extends AgentFolder {
  readonly agent: RunningAgent;
  readonly client: AgentClient;
  /** Ends the agent and removes its folder. */
  remove(): Promise<void>;
}

/** For tests: what an agent finds on its disk. */
export interface AgentFolder {
  readonly folder: string;
  readonly backups: string;
}

type Changes = Partial<z.input<typeof agentConfiguration>>;

/** For tests: starts an agent on a free port of 127.0.0.1, without a database unless one is given. */
export async function startTestAgent(
  changesOf: Changes | ((folder: AgentFolder) => Changes | Promise<Changes>) = {},
): Promise<TestAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-agent-'));
  const backups = join(folder, 'backups');
  await mkdir(backups);
  await writeFile(join(folder, 'token'), `${consoleToken}\n`);
  await writeFile(join(folder, 'reader-token'), readerToken);
  const remove = async (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const changes = typeof changesOf === 'function' ? await changesOf({ folder, backups }) : changesOf;
    const configuration = agentConfiguration.parse({
      listen: '127.0.0.1:0',
      name: 'db-1',
      server: { socket: join(folder, 'no-server') },
      tokenFile: join(folder, 'token'),
      readerTokenFile: join(folder, 'reader-token'),
      backups: { directory: backups },
      ...changes,
    });
    const agent = await startAgent(configuration, pino({ level: 'silent' }));
    const client = new AgentClient({ server: 'db-1', url: agent.url, token: consoleToken });
    return {
      folder,
      backups,
      agent,
      client,
      remove: async () => {
        client.close();
        await agent.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** For tests: both ends of a connection. What is written into the first is read from the second, which the caller ends. */
export async function socketPair(): Promise<[writer: Socket, reader: Socket]> {
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer(accepted.resolve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const reader = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
  const writer = await accepted.promise;
  server.close();
  for (const socket of [writer, reader]) socket.on('error', () => undefined);
  return [writer, reader];
}

/** For tests: the whole body of a download, as its reader gets it. Rejects when it is not whole. */
export async function readWhole(answer: RawAnswer): Promise<Buffer> {
  const [out, reader] = await socketPair();
  const sent = answer.sendTo(out).finally(() => out.end());
  const [pieces, { whole }] = await Promise.all([reader.toArray().catch(() => []), sent]);
  if (!whole) throw new Error('the download broke off');
  return Buffer.concat(pieces);
}

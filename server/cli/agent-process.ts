import { isDeepStrictEqual } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { startAgent, type RunningAgent } from '../agent/start-agent.ts';
import type { AgentConfiguration } from '../contract/configuration/agent.ts';
import { messageOf } from '../contract/errors.ts';

const BUSY_LOOK_MS = 1000;

/** An agent whose configuration may be exchanged. */
export interface ReloadableAgent {
  /** Takes the configuration that is read now. Never rejects: one that is wrong leaves the running one in force. */
  reload(): Promise<void>;
  /** Rejects when no agent runs any more: neither the new configuration could be followed nor the old one again. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

/** Starts an agent. `read` answers its section as the file has it then; rejects as startAgent does. */
export async function startReloadableAgent(
  first: AgentConfiguration,
  read: () => Promise<AgentConfiguration>,
  logger: Logger,
): Promise<ReloadableAgent> {
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  let configuration = first;
  let running: RunningAgent = await startAgent(first, logger);
  const closing = new AbortController();
  let turn: Promise<void> = Promise.resolve();

  const exchange = async (next: AgentConfiguration): Promise<void> => {
    await running.close();
    try {
      running = await startAgent(next, logger);
      configuration = next;
    } catch (error) {
      logger.error({ reason: messageOf(error) }, 'configuration not taken: the agent goes on with the one before');
      running = await startAgent(configuration, logger);
    }
  };
  const untilIdle = async (): Promise<void> => {
    let told = '';
    for (let busy = running.busyWith(); busy !== null && !closing.signal.aborted; busy = running.busyWith()) {
      if (busy !== told) logger.info({ reason: busy }, 'the configuration is taken when that has ended');
      told = busy;
      await delay(BUSY_LOOK_MS);
    }
  };
  const take = async (): Promise<void> => {
    let next: AgentConfiguration;
    try {
      next = await read();
    } catch (error) {
      logger.error({ reason: messageOf(error) }, 'configuration not taken');
      return;
    }
    if (isDeepStrictEqual(next, configuration)) {
      logger.info('configuration read again: it is as it was');
      return;
    }
    await untilIdle();
    if (closing.signal.aborted) return;
    await exchange(next).catch((error: unknown) => failed.reject(error));
  };
  return {
    failed: failed.promise,
    reload: async () => await (turn = turn.then(take)),
    async close() {
      closing.abort();
      await turn;
      await running.close();
    },
  };
}

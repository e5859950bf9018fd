import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { exists } from '../bootstrap/exchange.ts';
import type { InitStage } from '../bootstrap/make-replica.ts';
import { parametersIn } from '../bootstrap/parameters-in.ts';
import { existingData, initReplica } from '../bootstrap/replica-init.ts';
import { replicaTls, secured } from '../bootstrap/secured.ts';
import type { AgentConfiguration } from '../contract/configuration/agent.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import type { FirstCopyStatus } from '../contract/first-copy.ts';
import type { ReplicaParameters } from '../contract/parameters.ts';
import { replaceFile } from '../files/durable-file.ts';
import { serverControl } from '../services/server-control.ts';

/** A source that was away is back by then, mostly; what was refused is not tried again. */
const retryMs = 60_000;

/**
 * Makes the agent's server a replica where it has no database yet, as `baton replica init` does, and starts it where the
 * agent may. It asks for nothing: its state is in the agent's status.
 */
export class FirstCopy {
  readonly #configuration: AgentConfiguration;
  readonly #logger: Logger;
  /** There from before the data have their place until the server was started on them, whatever ends us in between. */
  readonly #startOwed: string;
  readonly #closing = new AbortController();
  #status: FirstCopyStatus | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(configuration: AgentConfiguration, stateDirectory: string, logger: Logger) {
    this.#configuration = configuration;
    this.#startOwed = join(stateDirectory, 'first-start-owed');
    this.#logger = logger;
  }

  get status(): FirstCopyStatus | null {
    return this.#status;
  }

  /** Whether it is at work now. */
  get working(): boolean {
    return this.#status !== null && !['done', 'failed'].includes(this.#status.stage);
  }

  /** Begins, where the configuration asks for it. */
  start(): void {
    if (this.#configuration.server.initialise) this.#work = this.#untilDone();
  }

  /** Ends what goes on, and waits until nothing of it is left. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the agent was ended'));
    await this.#work;
  }

  /** Never rejects. */
  async #untilDone(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        return await this.#attempt();
      } catch (error) {
        if (signal.aborted) return;
        this.#status = { ...nothing, stage: 'failed', error: messageOf(error) };
        this.#logger.error({ reason: messageOf(error) }, 'no first copy');
        if (error instanceof BatonError && ['refused', 'invalid', 'not-found'].includes(error.code)) return;
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #attempt(): Promise<void> {
    const { defaultsFile, control, controlTimeoutSeconds } = this.#configuration.server;
    if (defaultsFile === undefined) throw missing;
    const there = await existingData(defaultsFile);
    if (there === null && !(await this.#make(defaultsFile))) return;
    const owed = control !== undefined && (await exists(this.#startOwed));
    if (there !== null && !owed) return;
    if (owed) {
      this.#status = { ...nothing, stage: 'finishing' };
      await serverControl(control, controlTimeoutSeconds * 1000).start();
      await rm(this.#startOwed, { force: true });
    }
    this.#status = { ...nothing, stage: 'done' };
  }

  /** Whether a copy was made. */
  async #make(defaultsFile: string): Promise<boolean> {
    const { server, parametersFile } = this.#configuration;
    if (parametersFile === undefined) throw missing;
    const parameters = await wantedIn(parametersFile);
    if (parameters.primary === null) return false;
    const end = await initReplica({
      ...(await secured(replicaTls({}, this.#configuration, parameters), parameters)),
      defaultsFile,
      parameters,
      accountFiles: [],
      persistFile: server.persistFile ?? null,
      signal: this.#closing.signal,
      onStage: (stage) => (this.#status = statusOf(stage)),
      beforeInPlace: async () => {
        if (server.control) await replaceFile(this.#startOwed, '');
      },
    });
    if (end.kind === 'data-exist') return false;
    this.#logger.info(end, 'first copy made');
    return true;
  }
}

const missing = new BatonError(
  'invalid',
  'agent.server.initialise needs agent.server.defaultsFile and agent.parametersFile.',
);

const nothing = { bytes: 0, totalBytes: null, error: null };

function statusOf(stage: InitStage): FirstCopyStatus {
  const { bytes, totalBytes } = stage.kind === 'receiving' ? stage : nothing;
  return { stage: stage.kind, bytes, totalBytes, error: null };
}

/** It may be written later: what is not there yet is looked for again. */
async function wantedIn(file: string): Promise<ReplicaParameters> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new BatonError('unavailable', `agent.parametersFile can't be read: ${messageOf(error)}.`);
  });
  return parametersIn(text, file);
}

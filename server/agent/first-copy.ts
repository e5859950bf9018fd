import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { initReplica, type InitStage } from '../bootstrap/replica-init.ts';
import { secured } from '../bootstrap/secured.ts';
import type { AgentConfiguration } from '../contract/configuration.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import type { FirstCopyStatus } from '../contract/first-copy.ts';
import { readParameters, type ReplicaParameters } from '../contract/parameters.ts';
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
  readonly #closing = new AbortController();
  #status: FirstCopyStatus | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(configuration: AgentConfiguration, logger: Logger) {
    this.#configuration = configuration;
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
    const { server, parametersFile, tls } = this.#configuration;
    if (server.defaultsFile === undefined || parametersFile === undefined) {
      throw new BatonError(
        'invalid',
        'agent.server.initialise needs agent.server.defaultsFile and agent.parametersFile.',
      );
    }
    const parameters = await parametersIn(parametersFile);
    if (parameters.primary === null) return;
    const files = { certificate: tls?.certificate, key: tls?.key, ca: tls?.clientCa };
    const end = await initReplica({
      ...(await secured(files, false, parameters)),
      defaultsFile: server.defaultsFile,
      parameters,
      accountFiles: [],
      persistFile: server.persistFile ?? null,
      signal: this.#closing.signal,
      onStage: (stage) => (this.#status = statusOf(stage)),
    });
    if (end.kind === 'data-exist') return;
    this.#logger.info(end, 'first copy made');
    if (server.control) await serverControl(server.control, server.controlTimeoutSeconds * 1000).start();
    this.#status = { ...nothing, stage: 'done' };
  }
}

const nothing = { bytes: 0, totalBytes: null, error: null };

function statusOf(stage: InitStage): FirstCopyStatus {
  const { bytes, totalBytes } = stage.kind === 'receiving' ? stage : nothing;
  return { stage: stage.kind, bytes, totalBytes, error: null };
}

async function parametersIn(file: string): Promise<ReplicaParameters> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new BatonError('unavailable', `agent.parametersFile can't be read: ${messageOf(error)}.`);
  });
  const read = readParameters(text);
  if (read.kind === 'read') return read.parameters;
  throw new BatonError('invalid', `${file}: ${read.text}.`);
}

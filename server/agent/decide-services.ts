import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { messageOf } from '../contract/errors.ts';
import type { LocalServer } from '../mariadb/local-server.ts';
import type { Service } from '../services/service.ts';

/** What a server's role says of its services: they write, so they must not run where writes are replicated to. */
export type Decision = 'disable' | 'enable' | 'leave';

/** The decision for a server. One without replication that is read-only is in between: as it was left. */
export function decide(server: LocalServer): Decision {
  if (server.connections.length > 0) return 'disable';
  return server.readOnly ? 'leave' : 'enable';
}

/** What the decision needs. */
export interface DecisionOptions {
  readonly services: readonly Service[];
  /** Looks at the server; rejects while it does not answer. */
  readonly observe: () => Promise<LocalServer>;
  readonly retryMs: number;
  readonly logger: Logger;
}

/**
 * The agent's own decision at its start: each service again from the server's real role, so that an agent or a host that
 * was down during a takeover ends right. Nothing is enabled before the server has answered; until then it is asked again
 * each retryMs.
 */
export class ServiceDecision {
  readonly #options: DecisionOptions;
  readonly #stopping = new AbortController();
  readonly #overruled = new Set<string>();
  #ended: Promise<void> = Promise.resolve();

  constructor(options: DecisionOptions) {
    this.#options = options;
  }

  /** Begins, in the background. */
  start(): void {
    if (this.#options.services.length > 0) this.#ended = this.#untilDecided();
  }

  /** The console has switched this service: the agent leaves it alone from now on. */
  overrule(name: string): void {
    this.#overruled.add(name);
  }

  /** Gives up deciding, and waits for what is being switched. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  /** Never rejects. */
  async #untilDecided(): Promise<void> {
    const { logger, retryMs } = this.#options;
    const { signal } = this.#stopping;
    let told = '';
    while (!signal.aborted) {
      try {
        await this.#attempt();
        return;
      } catch (error) {
        const reason = messageOf(error);
        if (reason !== told) logger.warn({ reason }, 'services are not decided yet');
        told = reason;
        await pause(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #attempt(): Promise<void> {
    const { services, observe, logger } = this.#options;
    const decision = decide(await observe());
    for (const service of services) {
      if (decision === 'leave') continue;
      const { enabled } = await service.status();
      // Asked last, since the console may have switched it while the server was being looked at.
      if (this.#overruled.has(service.name) || this.#stopping.signal.aborted) continue;
      if (enabled === (decision === 'enable')) continue;
      if (decision === 'enable') await service.enable();
      else await service.disable();
      logger.info({ service: service.name, decision }, 'service switched by the role of the server');
    }
  }
}

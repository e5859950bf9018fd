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
  /** Between two looks while it is not decided yet, and afterwards. */
  readonly retryMs: number;
  readonly watchMs: number;
  readonly logger: Logger;
}

/**
 * The agent's own decision: each service from the server's real role, at its start and whenever the role has changed, so
 * that an agent, a host or a console that was down in the middle of anything ends right. Nothing is enabled before the
 * server has answered. What the console switched stays until the role changes; a replica's are shut in any case.
 */
export class ServiceDecision {
  readonly #options: DecisionOptions;
  readonly #stopping = new AbortController();
  readonly #overruled = new Set<string>();
  /** What was wrong with a service when it was switched anew: once is enough. */
  readonly #mended = new Map<string, string>();
  #last: Decision | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: DecisionOptions) {
    this.#options = options;
  }

  /** Begins, in the background. */
  start(): void {
    if (this.#options.services.length > 0) this.#ended = this.#watch();
  }

  /** The console has switched this service: the agent leaves it alone until the role changes. */
  overrule(name: string): void {
    this.#overruled.add(name);
  }

  /** Gives up deciding, and waits for what is being switched. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  /** Never rejects. */
  async #watch(): Promise<void> {
    const { logger, retryMs, watchMs } = this.#options;
    const { signal } = this.#stopping;
    let told = '';
    while (!signal.aborted) {
      let waitMs = watchMs;
      try {
        await this.#attempt();
        told = '';
      } catch (error) {
        waitMs = retryMs;
        const reason = messageOf(error);
        if (reason !== told) logger.warn({ reason }, 'services are not decided yet');
        told = reason;
      }
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #attempt(): Promise<void> {
    const { services, observe } = this.#options;
    const overruledBefore = [...this.#overruled];
    const decision = decide(await observe());
    // What the console switches while the server is looked at is newer than what is seen.
    if (decision === 'disable' || (this.#last !== null && decision !== this.#last)) {
      for (const name of overruledBefore) this.#overruled.delete(name);
    }
    this.#last = decision;
    if (decision === 'leave') return;
    const failures: string[] = [];
    // One that can't be switched keeps no other from it.
    for (const service of services) {
      await this.#switch(service, decision).catch((error: unknown) => failures.push(messageOf(error)));
    }
    if (failures.length > 0) throw new Error(failures.join('; '));
  }

  async #switch(service: Service, decision: 'enable' | 'disable'): Promise<void> {
    const { enabled, problem } = await service.status();
    if (problem === null) this.#mended.delete(service.name);
    const right = enabled === (decision === 'enable');
    const fallen = right && decision === 'enable' && problem !== null && this.#mended.get(service.name) !== problem;
    // Asked last, since the console may have switched it while the service was being looked at.
    if (this.#overruled.has(service.name) || this.#stopping.signal.aborted) return;
    if (right && !fallen) return;
    if (problem !== null) this.#mended.set(service.name, problem);
    if (decision === 'enable') await service.enable();
    else await service.disable();
    this.#options.logger.info({ service: service.name, decision }, 'service switched by the role of the server');
  }
}

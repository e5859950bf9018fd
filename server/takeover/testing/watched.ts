import { AgentClient } from '../../agent/client.ts';
import type { ServiceRun, ServiceStatus } from '../../contract/agent.ts';
import type { Heading } from '../../operations/first-view.ts';
import { Operations, type Started } from '../../operations/operations.ts';
import type { Program } from '../../operations/program.ts';
import type { BatonOptions } from './baton.ts';

/** For tests: operations whose steps somebody sees, or replaces, before they run. */
export class WatchedOperations extends Operations {
  readonly #onSteps: BatonOptions['onSteps'];

  constructor(parts: ConstructorParameters<typeof Operations>[0], onSteps: BatonOptions['onSteps']) {
    super(parts);
    this.#onSteps = onSteps;
  }

  override async start<C>(heading: Heading, plan: string, program: Program<C>): Promise<Started> {
    return await super.start(heading, plan, { ...program, steps: this.#onSteps?.(program.steps) ?? program.steps });
  }
}

/** For tests: the client of an agent that says when the agent has acted. */
export class WatchedAgent extends AgentClient {
  readonly #acted: () => void;

  constructor(address: ConstructorParameters<typeof AgentClient>[0], acted: () => void) {
    super(address);
    this.#acted = acted;
  }

  override async persistReadOnly(readOnly: boolean): Promise<void> {
    await super.persistReadOnly(readOnly);
    this.#acted();
  }

  override async service(name: string, action: 'enable' | 'disable'): Promise<ServiceStatus>;
  override async service(name: string, action: 'run'): Promise<ServiceRun>;
  override async service(name: string, action: 'enable' | 'disable' | 'run'): Promise<ServiceStatus | ServiceRun> {
    const answer = action === 'run' ? await super.service(name, action) : await super.service(name, action);
    this.#acted();
    return answer;
  }
}

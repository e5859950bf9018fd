import { join } from 'node:path';
import type { ServiceStatus } from '../contract/agent.ts';
import type { AgentConfiguration } from '../contract/configuration.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { commandControl } from './command/command.ts';
import { gateControl } from './gate/gate.ts';
import { ServiceRuns } from './service-runs.ts';
import type { Service, ServiceControl } from './service.ts';

type ServiceConfiguration = AgentConfiguration['services'][string];

/**
 * Makes the service of that name. Its runs are kept below stateDirectory.
 * Rejects with a message that names the field when this kind is not supported yet.
 */
export async function createService(
  name: string,
  configuration: ServiceConfiguration,
  options: { readonly stateDirectory: string; readonly now: () => Date },
): Promise<Service> {
  const control = controlOf(name, configuration);
  const runs = await ServiceRuns.open(name, join(options.stateDirectory, 'services', name), options.now);
  return new ControlledService(name, control, runs);
}

function controlOf(name: string, configuration: ServiceConfiguration): ServiceControl {
  if (configuration.kind === 'gate') return gateControl(configuration);
  if (configuration.kind === 'command') return commandControl(configuration);
  const { kind } = configuration;
  throw new Error(`agent.services.${name}.kind: ${kind} is not supported yet; gate and command are`);
}

class ControlledService implements Service {
  readonly name: string;
  readonly #control: ServiceControl;
  readonly #runs: ServiceRuns;
  /** Switching and starting go one after the other: a run can't begin between the shutting of a gate and its end. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(name: string, control: ServiceControl, runs: ServiceRuns) {
    this.name = name;
    this.#control = control;
    this.#runs = runs;
  }

  get kind(): ServiceStatus['kind'] {
    return this.#control.kind;
  }

  async status(): Promise<ServiceStatus> {
    const enabled = await this.#control.status();
    return { name: this.name, kind: this.kind, enabled, running: this.#runs.running, lastRun: this.#runs.last };
  }

  async enable(): Promise<ServiceStatus> {
    return await this.#inTurn(async () => {
      await this.#switch('enabled', () => this.#control.enable());
      return await this.status();
    });
  }

  async disable(): Promise<ServiceStatus> {
    return await this.#inTurn(async () => {
      await this.#switch('disabled', () => this.#control.disable());
      await this.#runs.end('the service was disabled');
      return await this.status();
    });
  }

  async run(): ReturnType<Service['run']> {
    return await this.#inTurn(async () => {
      const argv = this.#control.run;
      if (argv === null) throw new BatonError('refused', `${this.name} has no command to run.`, 'Configure its "run".');
      if (!(await this.#control.status())) {
        throw new BatonError('refused', `${this.name} is disabled on this server.`, 'Enable it first.');
      }
      return await this.#runs.start(argv, this.#control.timeoutSeconds * 1000);
    });
  }

  async runOf(id: string): ReturnType<Service['runOf']> {
    return await this.#runs.read(id);
  }

  async close(): Promise<void> {
    // Shorter than the agent's own end may take.
    await this.#runs.close(2500);
  }

  async #switch(done: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const reason = messageOf(error);
      throw new BatonError('unavailable', `${this.name} could not be ${done}: ${reason}`);
    }
  }

  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    return await turn;
  }
}

import { join } from 'node:path';
import type { ServiceStatus } from '../contract/agent.ts';
import type { AgentConfiguration } from '../contract/configuration/agent.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { commandControl } from './command/command.ts';
import { gateControl } from './gate/gate.ts';
import { ServiceRuns } from './service-runs.ts';
import type { ControlStatus, Service, ServiceControl } from './service.ts';
import { supervisordControl } from './supervisord/supervisord.ts';
import { systemdControl } from './systemd/systemd.ts';

type ServiceConfiguration = AgentConfiguration['services'][string];

/**
 * Makes the service of that name. Its runs, and whether it may run where its supervisor can't keep that, are kept below
 * stateDirectory.
 */
export async function createService(
  name: string,
  configuration: ServiceConfiguration,
  options: { readonly stateDirectory: string; readonly now: () => Date },
): Promise<Service> {
  const directory = join(options.stateDirectory, 'services', name);
  const runs = await ServiceRuns.open(name, directory, options.now);
  return new ControlledService(name, controlOf(configuration, join(directory, 'enabled')), runs);
}

function controlOf(configuration: ServiceConfiguration, mark: string): ServiceControl {
  if (configuration.kind === 'gate') return gateControl(configuration);
  if (configuration.kind === 'command') return commandControl(configuration);
  if (configuration.kind === 'supervisord') return supervisordControl({ ...configuration, mark });
  return systemdControl({ ...configuration, mark });
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

  get working(): boolean {
    return this.#runs.running && !this.#control.daemon;
  }

  async status(): Promise<ServiceStatus> {
    const status = this.#control.status().catch((error: unknown) => {
      throw new BatonError('unavailable', `${this.name} can't be asked for: ${messageOf(error)}`);
    });
    return this.#statusWith(await status);
  }

  async look(): Promise<ServiceStatus> {
    return await this.status().catch((error: unknown) =>
      this.#statusWith({ enabled: true, running: false, problem: messageOf(error) }),
    );
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
      const { run, timeoutSeconds } = this.#control;
      if (run === null) throw new BatonError('refused', `${this.name} has no command to run.`, 'Configure its "run".');
      if (!(await this.status()).enabled) {
        throw new BatonError('refused', `${this.name} is disabled on this server.`, 'Enable it first.');
      }
      return await this.#runs.start((log) => run(log, timeoutSeconds * 1000));
    });
  }

  async runOf(id: string): ReturnType<Service['runOf']> {
    return await this.#runs.read(id);
  }

  async close(): Promise<void> {
    // Shorter than the agent's own end may take.
    await this.#runs.close(2500);
  }

  #statusWith({ enabled, running, problem }: ControlStatus): ServiceStatus {
    const { last, running: ours } = this.#runs;
    const { kind, daemon } = this.#control;
    return { name: this.name, kind, enabled, running: running || ours, daemon, lastRun: last, problem };
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

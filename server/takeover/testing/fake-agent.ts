import {
  noBackups,
  type AgentStatus,
  type ServiceRun,
  type ServiceStatus,
  type SignInAnswer,
} from '../../contract/agent.ts';
import { BatonError } from '../../contract/errors.ts';
import type { TakeoverAgent } from '../agent.ts';

/** Copies are made by real agents only. */
const noCopies = async (): Promise<never> => {
  throw new BatonError('refused', 'a fake agent has no data');
};

/** For tests: an agent in memory that remembers what it was asked. */
export class FakeAgent implements TakeoverAgent {
  readonly calls: string[] = [];
  /** What it has written for the next start. */
  persisted: boolean | null = null;
  readonly #services: readonly string[];
  readonly #onDisable: () => Promise<void>;
  #runs = 0;

  constructor(services: readonly string[], onDisable: () => Promise<void> = () => Promise.resolve()) {
    this.#services = services;
    this.#onDisable = onDisable;
  }

  status(): Promise<AgentStatus> {
    const services = this.#services.map((name) => serviceOf(name, true));
    return Promise.resolve({
      version: 'fake',
      server: 'fake',
      services,
      certificateProblems: [],
      database: { disk: null, readOnlyNext: null },
      backups: noBackups,
    });
  }

  async service(name: string, action: 'enable' | 'disable'): Promise<ServiceStatus>;
  async service(name: string, action: 'run'): Promise<ServiceRun>;
  async service(name: string, action: 'enable' | 'disable' | 'run'): Promise<ServiceStatus | ServiceRun> {
    this.calls.push(`${action} ${name}`);
    if (action === 'disable') await this.#onDisable();
    return action === 'run' ? runOf(name, 'running') : serviceOf(name, action === 'enable');
  }

  serviceRun(name: string): Promise<ServiceRun> {
    this.#runs += 1;
    return Promise.resolve(runOf(name, this.#runs > 1 ? 'done' : 'running'));
  }

  signsIn(): Promise<SignInAnswer> {
    return Promise.resolve({ result: 'accepted', text: '' });
  }

  persistedReadOnly(): Promise<boolean | null> {
    return Promise.resolve(this.persisted);
  }

  persistReadOnly(readOnly: boolean | null): Promise<void> {
    this.calls.push(readOnly === null ? 'persist nothing' : `persist read_only=${readOnly ? 1 : 0}`);
    this.persisted = readOnly;
    return Promise.resolve();
  }

  readonly dataDirectory = noCopies;
  readonly keepTransactions = noCopies;
  readonly offerCopy = noCopies;
  readonly beginReseed = noCopies;
  readonly reseed = noCopies;
  readonly swapReseed = noCopies;
  readonly cancelReseed = noCopies;
}

const serviceOf = (name: string, enabled: boolean): ServiceStatus => ({
  name,
  kind: 'gate',
  enabled,
  running: false,
  daemon: false,
  lastRun: null,
  problem: null,
});

const runOf = (service: string, state: ServiceRun['state']): ServiceRun => ({
  id: 'run-1',
  service,
  startedAt: new Date(0).toISOString(),
  endedAt: state === 'running' ? null : new Date(0).toISOString(),
  state,
  exitCode: state === 'running' ? null : 0,
  log: state === 'running' ? 'Phase 1/7\n' : 'Phase 1/7\nPhase 2/7\nOK\n',
});

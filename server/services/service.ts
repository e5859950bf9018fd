import type { ServiceRun, ServiceStatus } from '../contract/agent.ts';

/** One service of a database host, whatever supervises it. */
export interface Service {
  readonly name: string;
  readonly kind: ServiceStatus['kind'];
  status(): Promise<ServiceStatus>;
  /** Lets it run. Safe to repeat. */
  enable(): Promise<ServiceStatus>;
  /** Lets it run no more. A run in progress is ended, and has ended when this resolves. Safe to repeat. */
  disable(): Promise<ServiceStatus>;
  /**
   * Starts it once and answers the run at once. Rejects with BatonError: refused while it is disabled or when there is
   * nothing to run, already-running.
   */
  run(): Promise<ServiceRun>;
  /** The run with that id and the end of what it printed; null when it is not known. */
  runOf(id: string): Promise<ServiceRun | null>;
  /** Ends a run in progress and waits for it. */
  close(): Promise<void>;
}

/** What a kind of service does its own way: the four roles, each in its own file. */
export interface ServiceControl {
  readonly kind: ServiceStatus['kind'];
  /** True when the service may run. */
  status(): Promise<boolean>;
  enable(): Promise<void>;
  disable(): Promise<void>;
  /** The program that one run of it is, with its arguments; null when it can't be run on request. */
  readonly run: readonly string[] | null;
  readonly timeoutSeconds: number;
}

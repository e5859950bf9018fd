import type { ServiceRun, ServiceStatus } from '../contract/agent.ts';
import type { RunLog, RunningProgram } from './run-program.ts';

/** One service of a database host, whatever supervises it. */
export interface Service {
  readonly name: string;
  readonly kind: ServiceStatus['kind'];
  /** A run of it that ends by itself goes on. */
  readonly working: boolean;
  /** Rejects where its supervisor can't be asked. */
  status(): Promise<ServiceStatus>;
  /** As status; where that can't be told, it counts as enabled, and `problem` says why. Never rejects. */
  look(): Promise<ServiceStatus>;
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
  /** The agent ends: a run that is its child is ended and waited for, one that the host supervises goes on. */
  close(): Promise<void>;
}

/** What the supervisor of a service says of it. */
export interface ControlStatus {
  /** True when the service may run. */
  readonly enabled: boolean;
  /** It runs, whoever started it. */
  readonly running: boolean;
  /** What is wrong with it, or null. */
  readonly problem: string | null;
}

/** What a kind of service does its own way: the four roles, each in its own file. */
export interface ServiceControl {
  readonly kind: ServiceStatus['kind'];
  /** Rejects where that can't be told. */
  status(): Promise<ControlStatus>;
  enable(): Promise<void>;
  disable(): Promise<void>;
  /** Starts one run of it; null when it can't be run on request. */
  readonly run: ((log: RunLog, timeoutMs: number) => RunningProgram) | null;
  readonly timeoutSeconds: number;
  /** It runs all the time while it is enabled. */
  readonly daemon: boolean;
}

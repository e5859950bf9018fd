import type { AgentStatus, ServiceRun, ServiceStatus, SignInAnswer, SignInTest } from '../contract/agent.ts';

/** What a takeover asks of the agent beside a server. Each call is bounded by its implementation and rejects on failure. */
export interface TakeoverAgent {
  status(): Promise<AgentStatus>;
  /** Lets a service run, or no more; answers its state afterwards. `disable` resolves when a run in progress has ended. */
  service(name: string, action: 'enable' | 'disable'): Promise<ServiceStatus>;
  /** Starts a run of a service and answers it at once. */
  service(name: string, action: 'run'): Promise<ServiceRun>;
  /** The run as it stands, with the end of its log. */
  serviceRun(name: string, id: string): Promise<ServiceRun>;
  /** Signs in to another server from the host of this one, as its replication will. */
  signsIn(test: SignInTest): Promise<SignInAnswer>;
  /** What is written beside the server's own configuration; null where nothing is. */
  persistedReadOnly(): Promise<boolean | null>;
  /** Writes the setting there, so that a restart keeps it; null takes it out again. */
  persistReadOnly(readOnly: boolean | null): Promise<void>;
}

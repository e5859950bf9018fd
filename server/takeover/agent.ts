import type { AgentStatus, ServiceRun, ServiceStatus, SignInAnswer, SignInTest } from '../contract/agent.ts';
import type { CopySource, DataDirectory, Reseed, TransactionsExport } from '../contract/reseed.ts';

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
  /** Where the data are, how large, and whether they could be exchanged for a copy of another server's. */
  dataDirectory(): Promise<DataDirectory>;
  /** Keeps the SQL of these spans in a file; resolves when it is whole. */
  keepTransactions(ranges: readonly string[], timeoutMs: number): Promise<TransactionsExport>;
  /** Holds a physical copy of its server ready for one reader. */
  offerCopy(): Promise<CopySource>;
  /** Begins to copy from there; the same id again answers the one that was begun. */
  beginReseed(asked: { id: string; source: CopySource; expectedBytes: number }): Promise<Reseed>;
  reseed(id: string): Promise<Reseed>;
  /** Begins to put the prepared copy in the place of the data. */
  swapReseed(id: string): Promise<Reseed>;
  /** Ends it before that, and resolves when the copy is gone. */
  cancelReseed(id: string): Promise<Reseed>;
}

import type {
  GaleraAnswer,
  GrastateChange,
  GrastateChanged,
  NodeWork,
  StartRequest,
  TableChecksums,
  Transfer,
} from '../contract/galera-agent.ts';

/** What is asked of the agent beside a node. Every method rejects with BatonError. */
export interface GaleraAgent {
  /** What the node knows of itself now. */
  evidence(): Promise<GaleraAnswer>;
  /** As evidence; reads the position of a node that is down, which may take as long as a crash recovery. */
  position(timeoutMs: number): Promise<GaleraAnswer>;
  changeGrastate(change: GrastateChange): Promise<GrastateChanged>;
  /** Takes back what would make the next plain start a bootstrap. */
  clearSwitches(): Promise<GaleraAnswer>;
  /** Keeps a node that is down from being started by anybody, until a start lifts that. */
  keepDown(): Promise<GaleraAnswer>;
  /** Begins to start it; the evidence tells how that goes. */
  start(request: StartRequest): Promise<NodeWork>;
  stop(kill: boolean): Promise<NodeWork>;
  makePrimary(): Promise<GaleraAnswer>;
  /** What the node took from the others when it joined last, by its error log. */
  transfer(): Promise<Transfer>;
  /** Checksums of the users' tables, as many as fit into `budgetMs`. */
  checksums(budgetMs: number): Promise<TableChecksums>;
}

import type { UnreachableReason } from '../contract/snapshot.ts';
import type { ServerFacts } from '../mariadb/server-facts.ts';

export type { ServerFacts };

/** What one look at one server found. Instants are milliseconds of the console's clock. */
export type Observation = UpObservation | UnreachableObservation;

export interface UpObservation {
  readonly kind: 'up';
  /** When the answer was complete; it was asked for roundTripMs before. */
  readonly at: number;
  readonly roundTripMs: number;
  readonly facts: ServerFacts;
}

export interface UnreachableObservation {
  readonly kind: 'unreachable';
  readonly at: number;
  readonly reason: UnreachableReason;
  readonly detail: string;
}

/** A server as configured. */
export interface ServerAddress {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The console reaches it through its agent; absent: at host and port. */
  readonly via?: 'agent';
}

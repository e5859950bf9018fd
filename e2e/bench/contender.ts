/** Somebody who can take over; all act on the same servers, in turn. */
export interface Contender {
  readonly name: string;
  /** Before the clock of a round runs, with a healthy cluster whose primary is `primary`. */
  ready(primary: string): Promise<void>;
  /** Resolves when it is over. */
  switchover(from: string, to: string): Promise<void>;
  /** With the primary dead and everything looked at: answers the decision, which resolves when all is over. */
  failover(dead: string): Promise<() => Promise<void>>;
  /** After a round. */
  rest(): Promise<void>;
}

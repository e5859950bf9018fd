import { sequenceOf, domainsOf, type GtidRange } from '../mariadb/gtid.ts';
import { errantTransactions } from './errant.ts';
import type { Observation, UpObservation } from './observation.ts';
import { connectionsOf } from './sources.ts';
import { heard, type Heard } from './silence.ts';
import type { AgentFacts, ServerView, WatchedServer } from './view.ts';
import { writableRun, type WritableRun } from './writable.ts';

/** Two looks that are closer together say nothing about a rate. */
const rateEveryMs = 700;

/** What the watch remembers of one server from look to look. */
export class ServerRecord {
  readonly server: WatchedServer;
  #last: Observation | null = null;
  #up: UpObservation | null = null;
  #previousUp: UpObservation | null = null;
  #heard: ReadonlyMap<string, Heard> = new Map();
  #rateBase: UpObservation | null = null;
  #writesPerSecond: number | null = null;
  #writable: WritableRun | null = null;
  #errant: readonly GtidRange[] | null = null;
  agent: AgentFacts | null = null;

  constructor(server: WatchedServer) {
    this.server = server;
  }

  get last(): Observation | null {
    return this.#last;
  }

  get up(): UpObservation | null {
    return this.#up;
  }

  /** Takes in what a look found. */
  landed(observation: Observation): void {
    this.#last = observation;
    if (observation.kind === 'unreachable') {
      this.#rateBase = null;
      this.#writesPerSecond = null;
      this.#writable = null;
      return;
    }
    this.#previousUp = this.#up;
    this.#up = observation;
    this.#heard = new Map(
      connectionsOf(observation.facts).map((status) => [
        status.connection,
        heard(this.#heard.get(status.connection), status, observation.at),
      ]),
    );
    this.#writable = writableRun(this.#writable, observation);
    this.#countWrites(observation);
  }

  /** Compares with a primary that was just read; keeps what it knew where this server was not read before it. */
  compare(primary: UpObservation): void {
    for (const own of [this.#up, this.#previousUp]) {
      const found = own && errantTransactions(own, primary);
      if (found) {
        this.#errant = found;
        return;
      }
    }
  }

  /** Another server is the primary now: what was extra against the old one is not known against the new one. */
  forgetComparison(): void {
    this.#errant = null;
  }

  view(): ServerView {
    return {
      server: this.server,
      last: this.#last,
      up: this.#up,
      previousUp: this.#previousUp,
      writesPerSecond: this.#writesPerSecond,
      heard: this.#heard,
      writable: this.#writable,
      errant: this.#errant,
      agent: this.agent,
    };
  }

  #countWrites(now: UpObservation): void {
    const base = this.#rateBase;
    if (base && now.at - base.at < rateEveryMs) return;
    this.#rateBase = now;
    if (!base) return;
    const written = writtenBetween(base, now);
    this.#writesPerSecond = Math.round((written * 10_000) / (now.at - base.at)) / 10;
  }
}

/** Transactions between two looks: by the binary log, or of a Galera node by its seqno, whoever wrote them. */
function writtenBetween(base: UpObservation, now: UpObservation): number {
  const [before, after] = [base.facts.galera?.status.lastCommitted, now.facts.galera?.status.lastCommitted];
  if (before !== undefined && after !== undefined) return Math.max(0, Number(BigInt(after) - BigInt(before)));
  return domainsOf(now.facts.binlogPos).reduce((total, domain) => {
    const more = sequenceOf(now.facts.binlogPos, domain) - sequenceOf(base.facts.binlogPos, domain);
    return more > 0n ? total + Number(more) : total;
  }, 0);
}

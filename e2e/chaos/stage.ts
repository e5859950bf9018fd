import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../server/contract/errors.ts';
import type { Arena } from './arena.ts';
import type { Click, ConsolePlan } from './console-messages.ts';
import { consolePlan } from './console-plan.ts';
import { Consoles } from './consoles.ts';
import type { ErrandEnd } from './errand.ts';
import { FaultClock } from './fault-clock.ts';
import { inflict, none, type Release } from './inflict.ts';
import { Received } from './received.ts';
import { ORIGIN, type Fault, type Round } from './round.ts';
import type { Story } from './story.ts';

/** Longer than every deadline of a takeover and of its undo together. */
const OPERATION_MS = 150_000;
/** A console that a person starts again, or a watchdog. */
const RESTART_MS = 3_000;
/** Without a successor nobody else can end what a frozen console has begun. */
const THAW_MS = 8_000;

/** How often an operator reviews again. */
const AGAIN = 5;
const AGAIN_AFTER_MS = 300;

const wasLate = ({ views, refusals }: ErrandEnd): boolean =>
  views.length === 0 && refusals.some(({ text }) => text.includes(' s old') || text.startsWith('Things have changed'));

/** Plays the operators, the consoles and the faults of one round. */
export class Stage {
  readonly #round: Round;
  readonly #arena: Arena;
  readonly #story: Story;
  readonly #received: Received;
  readonly #clock: FaultClock;
  #clicked = false;
  readonly consoles: Consoles;
  readonly privilegedWrites: string[] = [];
  /** Whether the failover before a rejoin has said that the old primary is back; null where there was none. */
  recognisedBefore: boolean | null = null;
  /** What the replicas had received when the target forgot the old primary. */
  received: Readonly<Record<string, number>> | null = null;

  constructor(round: Round, arena: Arena, story: Story) {
    this.#round = round;
    this.#arena = arena;
    this.#story = story;
    const { cluster } = arena;
    this.#received = new Received(cluster.servers.filter(({ name }) => name !== ORIGIN));
    this.#clock = new FaultClock(round.faults, story, async (fault, forMs) => await this.#inflict(fault, forMs));
    this.consoles = new Consoles(cluster.dir, (ownStore) => this.#plan(ownStore), story, {
      onStop: (stop) => void this.#clock.stop(stop).then(() => this.consoles.tell({ kind: 'go', stop })),
      onStep: (step) => this.#clock.step(step),
      onStatement: (server, sql) => {
        if (server === round.target && sql.includes('RESET SLAVE'))
          this.received = { 'db-2': this.#received.of('db-2'), 'db-3': this.#received.of('db-3') };
      },
    });
  }

  get inflicted(): readonly Fault[] {
    return this.#clock.inflicted;
  }

  /** From the consoles' start to the release of the last fault. Rejects where there is no outcome. */
  async play(): Promise<ErrandEnd> {
    const { clicks, clickAfterMs, kind, target, accept } = this.#round;
    const rival = clicks === 'two-consoles' || clicks === 'two-stores';
    await this.consoles.start();
    if (rival) await this.consoles.startRival(clicks === 'two-stores');
    if (kind === 'rejoin') await this.#failOver();
    await this.#clock.before();
    await delay(clickAfterMs);
    this.#story.tell(`${kind} to ${target}, ${clicks}`);
    const click: Click =
      kind === 'rejoin' ? { kind, server: ORIGIN } : { kind: 'promote', target, takeover: kind, accept };
    this.#clicked = true;
    this.consoles.tell({ kind: 'count' });
    this.#clock.clicked();
    const end = await this.ask(click, { twice: clicks === 'twice', rival });
    await this.heal();
    return end;
  }

  /** Clicks and waits for the end; reviews again, as the page says, what a loaded machine has seen late. Rejects where there is no end. */
  async ask(click: Click, how: { readonly twice?: boolean; readonly rival?: boolean } = {}): Promise<ErrandEnd> {
    let end = await this.#askOnce(click, how);
    for (let again = 0; again < AGAIN && wasLate(end); again += 1) {
      await delay(AGAIN_AFTER_MS);
      end = await this.#askOnce(click, {});
    }
    return end;
  }

  async #askOnce(click: Click, how: Parameters<Consoles['ask']>[1]): Promise<ErrandEnd> {
    const timeout = delay(OPERATION_MS, undefined, { ref: false }).then(() => {
      throw new Error(`no outcome after ${OPERATION_MS / 1000} s`);
    });
    return await Promise.race([this.consoles.ask(click, how), timeout]);
  }

  /** Every fault is over, and every server runs. */
  async heal(): Promise<void> {
    await this.#clock.end();
    for (const server of this.#arena.cluster.servers) if (!server.alive()) await server.start();
  }

  async close(): Promise<void> {
    await this.heal().catch((error: unknown) => this.#story.tell(`not healed: ${messageOf(error)}`));
    await this.consoles.stop();
    await this.#received.stop();
  }

  /** What comes before a rejoin: the primary dies, is replaced, and comes back. Rejects where that does not succeed. */
  async #failOver(): Promise<void> {
    const old = this.#arena.cluster.server(ORIGIN);
    await old.kill();
    const accept = ['unfenced', 'target-lag', 'replica-ahead'];
    const end = await this.ask({ kind: 'promote', target: this.#round.target, takeover: 'failover', accept });
    if (!end.views.some(({ outcome }) => outcome?.startsWith('succeeded')))
      throw new Error(`no failover, so nothing to rejoin: ${end.refusals.map((one) => one.text).join('; ')}`);
    // As the report asks: without it a restart of the new primary ends the writes.
    const promoted = this.#arena.cluster.server(this.#round.target);
    if (!this.#round.agents) await writeFile(promoted.persistFile, '[mariadbd]\nread_only=0\n');
    await old.start();
    this.recognisedBefore = await this.recognised();
  }

  /** Resolves when the page says that the old primary of a failover is back; false where it does not within the time. */
  async recognised(timeoutMs = 12_000): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (performance.now() < deadline) {
      const { operations } = await this.consoles.look();
      if (operations.some(({ steps }) => steps.some(({ note }) => note?.includes(`${ORIGIN} is back`)))) return true;
      await delay(200);
    }
    return false;
  }

  #plan(ownStore: boolean): ConsolePlan {
    const counts = this.#round.kind !== 'rejoin' || this.#clicked;
    return consolePlan(this.#arena, { ownStore, stops: ownStore ? [] : this.#clock.stops(), counts });
  }

  async #inflict(fault: Fault, forMs: number | null): Promise<Release> {
    switch (fault.kind) {
      case 'cancel':
        this.consoles.tell({ kind: 'cancel' });
        return none;
      case 'disk-full':
        return await this.#arena.disk.fill(() => this.consoles.pids);
      case 'kill-console':
        await this.consoles.kill();
        void delay(Math.min(forMs ?? RESTART_MS, RESTART_MS)).then(() => this.consoles.succeed());
        return none;
      case 'freeze-console': {
        const thaw = this.consoles.freeze();
        if (fault.successor) void this.consoles.succeed();
        void delay(Math.min(forMs ?? THAW_MS, THAW_MS)).then(thaw);
        return none;
      }
      default:
        return await inflict(this.#arena, fault, (uids) => this.privilegedWrites.push(...uids));
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Operation } from '../../server/contract/operation.ts';
import { messageOf } from '../../server/contract/errors.ts';
import { openArena, type Arena } from './arena.ts';
import { Consoles } from './consoles.ts';
import { inflict, type Release } from './inflict.ts';
import { judge } from './judge.ts';
import { lookAfter } from './look-after.ts';
import { Received } from './received.ts';
import { faultText, type Fault, type PlannedFault, type Round } from './round.ts';
import { Story } from './story.ts';

export interface RoundEnd {
  readonly round: Round;
  readonly outcome: string;
  /** What must hold and did not. */
  readonly broken: readonly string[];
  readonly story: string;
  readonly seconds: number;
}

/** Longer than every deadline of a takeover and of its undo together. */
const OPERATION_MS = 150_000;
/** What a console waits at most for a fault to take hold. */
const INFLICT_MS = 300;
/** A console that a person starts again, or a watchdog. */
const RESTART_MS = 3_000;

/** Plays the round on a cluster of its own and judges what is left. Rejects only where the stage itself falls down. */
export async function playRound(round: Round): Promise<RoundEnd> {
  const startedAt = performance.now();
  const story = new Story();
  await using arena = await openArena(round);
  const stage = new Stage(round, arena, story);
  try {
    const view = await stage.play();
    const facts = await lookAfter(arena, {
      round,
      view,
      inflicted: stage.inflicted,
      superWrites: stage.superWrites,
      received: stage.received,
    });
    for (const { name, words } of facts.servers) story.tell(`${name} ${words}`);
    const broken = judge(facts);
    for (const { text, command } of view?.followUps ?? []) story.tell(`left to do: ${text} ${command ?? ''}`);
    return {
      round,
      outcome: view?.outcome ?? 'not begun',
      broken,
      story: story.text(),
      seconds: (performance.now() - startedAt) / 1000,
    };
  } catch (error) {
    const broken = [`the round itself failed: ${messageOf(error)}`];
    return {
      round,
      outcome: 'round failed',
      broken,
      story: story.text(),
      seconds: (performance.now() - startedAt) / 1000,
    };
  } finally {
    await stage.close();
  }
}

/** For what happens once. */
const none: Release = () => Promise.resolve();

class Stage {
  readonly #round: Round;
  readonly #arena: Arena;
  readonly #story: Story;
  readonly #consoles: Consoles;
  readonly #received: Received;
  readonly #releases = new Set<Release>();
  readonly #pending = new Set<Promise<void>>();
  #waiting: readonly PlannedFault[];
  #over = false;
  readonly inflicted: Fault[] = [];
  readonly superWrites: string[] = [];
  /** What the replicas had received when the target forgot the old primary. */
  received: Readonly<Record<string, number>> | null = null;

  constructor(round: Round, arena: Arena, story: Story) {
    this.#round = round;
    this.#arena = arena;
    this.#story = story;
    this.#waiting = round.faults;
    const { cluster } = arena;
    this.#received = new Received(cluster.servers.filter(({ name }) => name !== 'db-1'));
    const servers = cluster.servers.map(({ name, address }) => {
      const { host, port } = arena.consoleLink(name);
      return { name, ...address, via: { host, port } };
    });
    const { dir, accounts } = cluster;
    const agents = Object.fromEntries([...arena.agents].map(([name, { url, token }]) => [name, { url, token }]));
    this.#consoles = new Consoles(
      dir,
      () => ({
        baton: { dir, servers, accounts, budgetSeconds: 15, longWriteSeconds: 3 },
        agents,
        stops: this.#stops(),
      }),
      story,
      {
        onStop: (stop) => this.#track(this.#atStop(stop)),
        onStatement: (server, sql) => {
          if (server !== round.target || !sql.includes('RESET SLAVE')) return;
          this.received = { 'db-2': this.#received.of('db-2'), 'db-3': this.#received.of('db-3') };
        },
      },
    );
  }

  /** From the first fault to the release of the last one; the operation's last view. */
  async play(): Promise<Operation | null> {
    const { kind, target, accept, clickAfterMs } = this.#round;
    await this.#consoles.start();
    for (const planned of this.#round.faults) if (planned.at.kind === 'before') await this.#begin(planned);
    await delay(clickAfterMs);
    this.#story.tell(`${kind} to ${target}`);
    this.#consoles.tell({ kind: 'begin', target, takeover: kind, accept });
    for (const planned of this.#round.faults)
      if (planned.at.kind === 'after') this.#track(this.#later(planned, planned.at.ms));
    const timeout = delay(OPERATION_MS, undefined, { ref: false }).then(() => {
      throw new Error(`no outcome after ${OPERATION_MS / 1000} s`);
    });
    const view = await Promise.race([this.#consoles.ended, timeout]);
    this.#over = true;
    await this.#heal();
    return view;
  }

  async close(): Promise<void> {
    this.#over = true;
    await this.#heal();
    await this.#consoles.stop();
    await this.#received.stop();
  }

  #stops(): string[] {
    return this.#waiting.flatMap(({ at }) => (at.kind === 'statement' ? [`${at.number} ${at.side}`] : []));
  }

  async #atStop(stop: string): Promise<void> {
    const now = this.#waiting.filter(({ at }) => at.kind === 'statement' && `${at.number} ${at.side}` === stop);
    this.#waiting = this.#waiting.filter((planned) => !now.includes(planned));
    const begun = Promise.all(now.map(async (planned) => await this.#begin(planned))).then(() => undefined);
    this.#track(begun);
    // A lock that has to wait its turn must not hold the console up.
    await Promise.race([begun, delay(INFLICT_MS)]);
    this.#consoles.tell({ kind: 'go', stop });
  }

  async #begin({ fault, forMs }: PlannedFault): Promise<void> {
    this.#story.tell(`▶ ${faultText(fault)}${forMs === null ? '' : ` for ${forMs} ms`}`);
    this.inflicted.push(fault);
    let release: Release;
    try {
      release = await this.#inflict(fault, forMs);
    } catch (error) {
      // It may take hold later all the same: a replica breaks when it hears of the row that is in its way.
      this.#story.tell(`  could not be: ${messageOf(error)}`);
      return;
    }
    const once: Release = async () => {
      if (!this.#releases.delete(once)) return;
      this.#story.tell(`■ ${faultText(fault)} is over`);
      await release();
    };
    this.#releases.add(once);
    if (forMs !== null) this.#track(delay(forMs, undefined, { ref: false }).then(once));
  }

  async #inflict(fault: Fault, forMs: number | null): Promise<Release> {
    switch (fault.kind) {
      case 'cancel':
        this.#consoles.tell({ kind: 'cancel' });
        return none;
      case 'kill-console':
        await this.#consoles.kill();
        this.#track(delay(Math.min(forMs ?? RESTART_MS, RESTART_MS)).then(async () => await this.#consoles.succeed()));
        return none;
      case 'freeze-console': {
        const thaw = this.#consoles.freeze();
        if (fault.successor) this.#track(this.#consoles.succeed());
        // Without a successor nobody else can end the operation.
        this.#track(delay(Math.min(forMs ?? 8_000, 8_000)).then(thaw));
        return none;
      }
      default:
        return await inflict(this.#arena, fault, (uids) => this.superWrites.push(...uids));
    }
  }

  /** Releases what still holds, last first; an ended process first of all, since the others need it. */
  async #heal(): Promise<void> {
    for (const release of [...this.#releases].toReversed()) {
      await release().catch((error: unknown) => this.#story.tell(`  not released: ${messageOf(error)}`));
    }
    for (const server of this.#arena.cluster.servers) if (!server.alive()) await server.start();
  }

  /** A fault that would come when the operation is over does not come. */
  async #later(planned: PlannedFault, ms: number): Promise<void> {
    await delay(ms, undefined, { ref: false });
    if (!this.#over) await this.#begin(planned);
  }

  #track(work: Promise<void>): void {
    const caught = work.catch((error: unknown) => this.#story.tell(`  went wrong: ${messageOf(error)}`));
    this.#pending.add(caught);
    void caught.finally(() => this.#pending.delete(caught));
  }
}

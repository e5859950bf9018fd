import { setTimeout as delay } from 'node:timers/promises';
import { BatonError } from '../contract/errors.ts';
import type { Operation } from '../contract/operation.ts';
import { takeoverKind, type TakeoverKind, type TakeoverPlan } from '../contract/takeover.ts';
import { alreadyRunning } from '../operations/already-running.ts';
import { completeRelease } from './complete-release.ts';
import { completeUndo } from './complete-undo.ts';
import { Confirmations } from './confirmations.ts';
import { newContext } from './context.ts';
import { differences } from './fingerprint.ts';
import { FreshLook } from './fresh-look.ts';
import { gather, type Asked, type Found } from './gather.ts';
import { runHookAgain, type HookAgain } from './hooks/run-again.ts';
import { knowBefore, knownOf } from './known.ts';
import { lockAhead } from './lock-ahead.ts';
import type { TakeoversParts } from './parts.ts';
import type { PlanInput } from './plan-input.ts';
import { draftPlan, taskOf, type PlanDraft } from './plan.ts';
import { Plans } from './plans.ts';
import { programOf, stepParts } from './program.ts';
import { decide } from './resume.ts';
import { noteReturn, noteReturnMeanwhile } from './returned.ts';
import type { Task } from './task.ts';
import { WarmLinks, type Ready } from './warm-links.ts';

/** For the look after the end: a server that answers does so in milliseconds. */
const LAST_LOOK_MS = 500;
const noop = (): void => undefined;

export interface TakeoverRequest {
  readonly planId: string;
  readonly accept: readonly string[];
  readonly confirm?: string | undefined;
  readonly dryRun: boolean;
  readonly actor: string;
  /** Throws where what was asked could not be written down, which goes to disk with the operation at the latest. */
  readonly mustBeRecorded?: () => void;
}

/** The takeovers of one cluster. */
export interface Takeovers {
  /** Looks at every server and answers the plan. Rejects with BatonError('not-found') for a server that is none of the cluster's. */
  plan(request: { target: string; kind?: TakeoverKind | undefined }): Promise<TakeoverPlan>;
  /**
   * Starts what was planned, after a fresh look, and answers the operation's id at once. While one runs: the same target
   * answers the same id. Rejects with BatonError: outdated (with `differences`), refused (with `checks`), already-running
   * (with `operationId`), unavailable.
   */
  start(request: TakeoverRequest): Promise<{ operationId: string }>;
  /** The plan as it was shown, expired or not. Throws BatonError('outdated') where it is not known (any more). */
  planned(planId: string): TakeoverPlan;
  /**
   * Takes up what consoles left unfinished on this cluster, or that one operation; answers those that this console runs
   * now. Waits for the lease of a console that may be dead, unless it is told not to.
   */
  resume(id?: string, options?: { readonly waits: boolean }): Promise<Operation[]>;
  /** Runs a hook of a takeover that has ended again; see runHookAgain. */
  runHook(request: HookAgain): Promise<{ operationId: string }>;
  /**
   * To be called when a server answers again, or is seen for the first time: completes the undo of a takeover that left
   * it frozen or read-only, or amends the report of the failover that it was the old primary of. Answers that operation, or null.
   */
  returned(server: string): Promise<Operation | null>;
  /** To be called when an operation has ended: as returned, for a server that answered again while it ran. */
  ended(view: Operation): Promise<Operation | null>;
  /** Closes what is kept open for a plan: to be called when the console ends. */
  close(): void;
}

/** The takeovers of one cluster, made from the parts that the composition root hands over. */
export function createTakeovers(parts: TakeoversParts): Takeovers {
  const plans = new Plans(parts.now, parts.newId);
  const warmLinks = new WarmLinks(parts);
  const confirmations = new Confirmations(parts.operations);
  const { takeover: limits } = parts.cluster;

  async function draft(asked: Asked, found?: Found): Promise<{ input: PlanInput; draft: PlanDraft }> {
    mustBeKnown(parts, asked.target);
    const input = await gather(parts, asked, found);
    const drafted = draftPlan(input);
    if (!drafted) throw notFound(parts, asked.target);
    return { input, draft: drafted };
  }

  /** After the new primary is open: the watch is told, since the servers alone may be ambiguous for a moment. */
  async function tellWatch(task: Task): Promise<void> {
    const told = task.kind === 'detach' ? parts.watch.markDetached(task.target) : parts.watch.primaryIs(task.target);
    await told.catch(() => undefined);
    // Who reads the result looks at the servers next: they must not show the roles of before it. One that is away keeps
    // nobody waiting.
    await Promise.race([parts.watch.lookNow().then(noop, noop), delay(LAST_LOOK_MS)]);
  }

  async function confirmed(request: TakeoverRequest): Promise<{ operationId: string }> {
    const found = plans.find(request.planId);
    const running = await parts.operations.acting(parts.cluster.name);
    if (running) return sameOrRefuse(running, found.kind === 'unknown' ? null : found.plan.target, request.dryRun);
    if (found.kind !== 'found') throw expired();
    const { plan } = found;
    const ready = warmLinks.take(plan);
    let taken = false;
    try {
      const started = await begin(request, found, ready);
      taken = started.kind === 'started';
      return { operationId: started.operationId };
    } finally {
      if (!taken) ready.links.abandon();
    }
  }

  async function begin(
    request: TakeoverRequest,
    { plan, draft: planned, found }: { plan: TakeoverPlan; draft: PlanDraft; found: Found },
    { links, persisted }: Ready,
  ): Promise<{ kind: 'started' | 'running'; operationId: string }> {
    // Writes are down: what changes seldom is taken from the plan, which is a minute old at most.
    const asked = { target: plan.target, kind: plan.kind, accept: request.accept };
    const isFailover = plan.kind === 'failover';
    const [fresh] = await Promise.all([
      draft(asked, isFailover ? found : undefined),
      isFailover ? lockAhead(parts.watch, plan, links) : null,
    ]);
    // What began during the look is the reason for all that has changed by it.
    const begun = await parts.operations.acting(parts.cluster.name);
    if (begun) return { kind: 'running', ...sameOrRefuse(begun, plan.target, request.dryRun) };
    const changed = differences(planned.parts, fresh.draft.parts);
    if (changed.length > 0) {
      const what = changed.map(({ what: name, was, now }) => `${name} was ${was}, is ${now}`).join('; ');
      throw new BatonError('outdated', `Things have changed since the review: ${what}.`, 'Review again.', {
        differences: changed,
      });
    }
    refuseBlocked(fresh.draft, request);
    const task = taskOf(fresh.input, fresh.draft, { ...limits, dryRun: request.dryRun });
    const context = newContext(task, stepParts(parts), links);
    context.connections = links.ids();
    if (task.kind === 'failover') knowBefore(context, new FreshLook(fresh.input.servers, parts.now), persisted);
    const program = {
      ...programOf(task, context, () => tellWatch(task)),
      ...knownOf(context),
      ...(request.mustBeRecorded && { mayBegin: request.mustBeRecorded }),
    };
    const heading = {
      kind: task.kind,
      cluster: task.cluster,
      target: task.target,
      title: titleOf(task),
      actor: request.actor,
      dryRun: task.dryRun,
    };
    const started = await parts.operations.start(heading, JSON.stringify(task), program);
    if (started.kind === 'started') return { kind: 'started', operationId: started.operation.id };
    if (started.operation) return { kind: 'running', ...sameOrRefuse(started.operation, task.target, task.dryRun) };
    throw alreadyRunning(null);
  }

  return {
    async plan({ target, kind }) {
      const { input, draft: drafted } = await draft({ target, kind: kind ?? null, accept: [] });
      const plan = plans.add(input, drafted, limits);
      warmLinks.warm(plan);
      return plan;
    },
    start: async (request) => await confirmations.once(request, async () => await confirmed(request)),
    close: () => warmLinks.close(),
    planned(planId) {
      const found = plans.find(planId);
      if (found.kind === 'unknown') throw expired();
      return found.plan;
    },
    async resume(id, { waits } = { waits: true }) {
      const rows = (await parts.operations.unfinished()).filter(
        (row) =>
          row.cluster === parts.cluster.name &&
          (id === undefined || row.id === id) &&
          ['switchover', 'failover', 'detach', 'rejoin', 'reseed', 'hook'].includes(row.kind),
      );
      const taken: Operation[] = [];
      for (const row of rows) {
        const view = await parts.operations.takeUp(
          row,
          (entries, record) => decide(parts, row, entries, record, tellWatch),
          waits,
        );
        if (view) taken.push(view);
      }
      return taken;
    },
    ended: async (view) => await noteReturnMeanwhile(parts, view),
    runHook: async (request) => await runHookAgain(parts, request),
    returned: async (server) =>
      (await completeUndo(parts, server)) ??
      (await completeRelease(parts, server)) ??
      (await noteReturn(parts, server)),
  };
}

function expired(): BatonError {
  return new BatonError('outdated', 'This plan has expired.', 'Review again.', { differences: [] });
}

function mustBeKnown(parts: TakeoversParts, server: string): void {
  if (!parts.cluster.servers.some(({ name }) => name === server)) throw notFound(parts, server);
}

function notFound(parts: TakeoversParts, server: string): BatonError {
  const names = parts.cluster.servers.map(({ name }) => name);
  return new BatonError('not-found', `${parts.cluster.name} has no server ${server}.`, `It has ${names.join(', ')}.`, {
    known: names,
  });
}

function sameOrRefuse(running: Operation, target: string | null, dryRun: boolean): { operationId: string } {
  if (
    running.target === target &&
    running.dryRun === dryRun &&
    takeoverKind.options.some((kind) => kind === running.kind)
  )
    return { operationId: running.id };
  throw alreadyRunning(running);
}

function refuseBlocked(draft: PlanDraft, request: TakeoverRequest): void {
  const details = { checks: draft.checks, confirm: draft.confirm };
  if (draft.blocked) {
    const open = draft.checks.filter(({ level, code }) => level === 'block' && !request.accept.includes(code));
    throw new BatonError(
      'refused',
      open.map(({ text }) => text).join('; ') || 'Refused by its checks.',
      'See the checks.',
      details,
    );
  }
  // A dry run changes nothing, so nothing has to be typed for it.
  if (draft.confirm !== null && request.confirm !== draft.confirm && !request.dryRun) {
    throw new BatonError(
      'refused',
      `This may lose data: the name "${draft.confirm}" must be typed.`,
      `Type ${draft.confirm}.`,
      details,
    );
  }
}

function titleOf({ kind, cluster, target, dryRun }: Task): string {
  const word = kind === 'failover' ? 'Failover' : 'Switchover';
  const title = kind === 'detach' ? `Detach of ${target} from ${cluster}` : `${word} of ${cluster} to ${target}`;
  return dryRun ? `Dry run: ${title}` : title;
}

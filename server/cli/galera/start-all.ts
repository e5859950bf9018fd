import { setTimeout as delay } from 'node:timers/promises';
import { BatonError } from '../../contract/errors.ts';
import type { Decision, GaleraView } from '../../contract/galera.ts';
import { agreed } from '../agreed.ts';
import type { ConsoleApi } from '../console-api/api.ts';
import { NoAnswerError } from '../console-api/call.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Each look asks every agent of the cluster, and the console takes 120 a minute. */
const LOOK_MS = 1_000;

export interface StartAll {
  readonly cluster: string;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** How the start of a node came out; error null: it is Synced. */
interface Came {
  readonly node: string;
  readonly error: string | null;
}

/**
 * Starts the nodes for which a plain start is all that it takes, as the page offers it: into a cluster that runs one after the other,
 * each waited for until it is Synced; beside nodes that wait for them, all, since none comes without the others. Where one fails no
 * further one is started.
 */
export async function startAll(api: ConsoleApi, asked: StartAll, terminal: Terminal): Promise<ExitCode> {
  const { cluster, dryRun, json } = asked;
  const { decision } = await api.galera(cluster);
  const order = decision.start;
  if (!json) terminal.line(decision.text);
  if (order.length === 0 || dryRun) {
    const left = order.length === 0 ? leftDown(cluster, decision) : [];
    if (json) terminal.json({ decision, order, nodes: [] });
    else if (order.length > 0) terminal.line(`Order: ${order.join(', ')}`);
    for (const line of left) terminal.note(line);
    return left.length === 0 ? exitCode.done : exitCode.refused;
  }
  const words = `Start ${order.join(', ')}?`;
  if ((await agreed({ confirm: null, words, given: asked }, terminal)) === null) return exitCode.failed;
  const came = await (decision.situation === 'running' ? oneByOne : together)(api, cluster, order, terminal);
  if (json) terminal.json({ decision, order, nodes: came });
  else for (const { node, error } of came) terminal.line(error === null ? `${node} is Synced` : `${node}: ${error}`);
  const rest = order.slice(came.length);
  if (rest.length > 0) terminal.note(`Not started: ${rest.join(', ')}. See: baton galera status ${cluster}`);
  return came.every(({ error }) => error === null) ? exitCode.done : exitCode.failed;
}

/** What keeps nodes down that no plain start brings, and the command for it; [] where all run. */
function leftDown(cluster: string, { situation, nodes }: Decision): string[] {
  const away = nodes.filter(({ alive }) => alive !== 'serving');
  if (situation === 'running')
    return away.map(
      ({ name, alive, reason }) => `${name} is ${alive}: ${reason}. See: baton galera start ${cluster}/${name}`,
    );
  return [`Nothing is started. See: baton galera recover ${cluster}`];
}

async function oneByOne(
  api: ConsoleApi,
  cluster: string,
  order: readonly string[],
  terminal: Terminal,
): Promise<Came[]> {
  const came: Came[] = [];
  for (const node of order) {
    const error = (await begin(api, cluster, node)) ?? (await untilSynced(api, cluster, node, terminal));
    came.push({ node, error });
    if (error !== null) break;
  }
  return came;
}

async function together(
  api: ConsoleApi,
  cluster: string,
  order: readonly string[],
  terminal: Terminal,
): Promise<Came[]> {
  for (const [index, node] of order.entries()) {
    const error = await begin(api, cluster, node);
    // The others would wait for it in vain: they are looked at by a person.
    if (error !== null)
      return [
        ...order.slice(0, index).map((before) => ({ node: before, error: `waits for ${node}` })),
        { node, error },
      ];
  }
  const came: Came[] = [];
  for (const node of order) came.push({ node, error: await untilSynced(api, cluster, node, terminal) });
  return came;
}

/** Answers why it was not begun; null: it is under way, or may be. */
async function begin(api: ConsoleApi, cluster: string, node: string): Promise<string | null> {
  try {
    await api.galeraNode(cluster, node, 'start', {});
    return null;
  } catch (error) {
    if (error instanceof NoAnswerError) return null;
    if (error instanceof BatonError) return [error.message, error.next].filter(Boolean).join(' ');
    throw error;
  }
}

/** Answers why the node does not come; null: it is a whole member. A full copy may take hours: Ctrl-C leaves it to the node. */
async function untilSynced(api: ConsoleApi, cluster: string, node: string, terminal: Terminal): Promise<string | null> {
  for (;;) {
    const view = await api.galera(cluster).catch((error: unknown) => {
      if (error instanceof NoAnswerError) return null;
      throw error;
    });
    const state = view === null ? 'the console does not answer' : stateOf(view, node);
    if (typeof state !== 'string') return state.error;
    terminal.progress(`${node}: ${state}`);
    await delay(LOOK_MS);
  }
}

/** How the node stands, in words, while it is on its way; else how that came out. */
function stateOf({ evidence, work }: GaleraView, node: string): string | { readonly error: string | null } {
  const report = evidence.find(({ name }) => name === node);
  if (report?.kind !== 'seen') return report?.reason ?? 'nothing is heard of it';
  const { alive } = report.evidence;
  if (alive.kind === 'serving') {
    const { clusterStatus, localState } = alive.status;
    return clusterStatus === 'primary' && localState === 'Synced' ? { error: null } : `${clusterStatus}, ${localState}`;
  }
  const own = work.find(({ name }) => name === node)?.work;
  if (own && own.endedAt !== null && own.error !== null) return { error: own.error };
  if (alive.kind === 'down' && own && own.endedAt !== null) return { error: `${node} was started and is down again` };
  return alive.kind;
}

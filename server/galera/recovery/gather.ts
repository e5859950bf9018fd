import { messageOf } from '../../contract/errors.ts';
import type { GaleraAnswer, NodeWork } from '../../contract/galera-agent.ts';
import type { NodeReport } from '../../contract/galera.ts';
import type { GaleraAgent } from '../agent.ts';
import type { RecoveryParts } from './parts.ts';

/** What one look at all nodes found, and what their agents are doing. */
export interface Gathered {
  readonly reports: NodeReport[];
  readonly work: { readonly name: string; readonly work: NodeWork }[];
}

/** Answers that came within this are of one moment, also where positions were read: as long as one look may take. */
const ONE_MOMENT_MS = 1_000;

/**
 * Asks every agent at the same time. With `positionsMs`, nodes that are down are asked for their positions, by
 * --wsrep-recover where only InnoDB has it, which may take as long as a crash recovery: who asks again meets the same run.
 * Where that takes long, all are looked at once more at its end. What does not come back in time is unknown, with the reason.
 * Never rejects.
 */
export async function gather(
  { cluster, agent, now }: Pick<RecoveryParts, 'cluster' | 'agent' | 'now'>,
  positionsMs: number | null,
): Promise<Gathered> {
  const look = async (ask: Ask, asked: readonly string[] = cluster.members): Promise<Look[]> =>
    await Promise.all(asked.map(async (name) => await lookAt(name, agent(name), ask, now)));
  if (positionsMs === null) return gathered(await look(async (client) => await client.evidence()));
  const startedAt = performance.now();
  const first = await look(async (client) => await client.position(positionsMs));
  if (performance.now() - startedAt < ONE_MOMENT_MS) return gathered(first);
  // Who has given no answer yet is unknown: its position is.
  const known = first.flatMap(({ report }) => (report.kind === 'seen' ? [report.name] : []));
  const second = await look(async (client) => await client.evidence(), known);
  return gathered(first.map((one) => second.find(({ report }) => report.name === one.report.name) ?? one));
}

type Ask = (agent: GaleraAgent) => Promise<GaleraAnswer>;

interface Look {
  readonly report: NodeReport;
  readonly work: NodeWork | null;
}

async function lookAt(name: string, agent: GaleraAgent | null, ask: Ask, now: () => number): Promise<Look> {
  if (!agent) return { report: { kind: 'unknown', name, reason: 'it has no agent in the configuration' }, work: null };
  const observedAt = new Date(now()).toISOString();
  try {
    const { evidence, work } = await ask(agent);
    return { report: { kind: 'seen', name, observedAt, evidence }, work };
  } catch (error) {
    return { report: { kind: 'unknown', name, reason: messageOf(error) }, work: null };
  }
}

function gathered(looks: readonly Look[]): Gathered {
  return {
    reports: looks.map(({ report }) => report),
    work: looks.flatMap(({ report, work }) => (work === null ? [] : [{ name: report.name, work }])),
  };
}

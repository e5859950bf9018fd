import { messageOf } from '../../contract/errors.ts';
import type { NodeReport, NodeWork } from '../../contract/galera.ts';
import type { RecoveryParts } from './parts.ts';

/** What one look at all nodes found, and what their agents are doing. */
export interface Gathered {
  readonly reports: NodeReport[];
  readonly work: { readonly name: string; readonly work: NodeWork }[];
}

/**
 * Asks every agent at the same time. With `positionsMs`, nodes that are down are asked for their positions, by
 * --wsrep-recover where only InnoDB has it, which may take as long as a crash recovery: who asks again meets the same run.
 * What does not come back in time is unknown, with the reason. Never rejects.
 */
export async function gather(
  { cluster, agent, now }: Pick<RecoveryParts, 'cluster' | 'agent' | 'now'>,
  positionsMs: number | null,
): Promise<Gathered> {
  const asked = cluster.members.map((name) => ({ name, client: agent(name) }));
  // All of them first, since some take long: what is told of each node is of when they are all there.
  const positions = await Promise.allSettled(
    asked.map(async ({ client }) => (positionsMs === null ? undefined : await client?.position(positionsMs))),
  );
  const found = await Promise.all(
    asked.map(async ({ name, client }, index): Promise<{ report: NodeReport; work: NodeWork | null }> => {
      if (!client)
        return { report: { kind: 'unknown', name, reason: 'it has no agent in the configuration' }, work: null };
      try {
        const position = positions[index];
        if (position?.status === 'rejected') throw position.reason;
        const observedAt = new Date(now()).toISOString();
        const { evidence, work } = await client.evidence();
        return { report: { kind: 'seen', name, observedAt, evidence }, work };
      } catch (error) {
        return { report: { kind: 'unknown', name, reason: messageOf(error) }, work: null };
      }
    }),
  );
  return {
    reports: found.map(({ report }) => report),
    work: found.flatMap(({ report, work }) => (work === null ? [] : [{ name: report.name, work }])),
  };
}

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
  const found = await Promise.all(
    cluster.members.map(async (name): Promise<{ report: NodeReport; work: NodeWork | null }> => {
      const client = agent(name);
      if (!client)
        return { report: { kind: 'unknown', name, reason: 'it has no agent in the configuration' }, work: null };
      try {
        if (positionsMs !== null) await client.position(positionsMs);
        // The positions of others may have taken long: what is told is of now.
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

import { setTimeout as delay } from 'node:timers/promises';
import { takeoverAnswer, type TakeoverPlan } from '../../server/contract/takeover.ts';
import type { BenchCluster } from './bench-cluster.ts';
import type { Contender } from './contender.ts';

/** Nobody reads a plan and types the name of a server in less; out of step with the pings that a console sends each second. */
const READING_MS = 1_300;

/** Baton as a person uses it: the plan is on the page, then comes the click. */
export function baton({ client, servers, sql }: BenchCluster): Contender {
  /** Sends what the button sends and follows it to its end. */
  async function confirm({ id: planId, checks, confirm: typed }: TakeoverPlan): Promise<void> {
    const accept = checks.filter(({ level, acceptable }) => level === 'block' && acceptable).map(({ code }) => code);
    const request = { planId, accept, ...(typed === null ? {} : { confirm: typed }) };
    const { operationId } = await client.expect(takeoverAnswer, 202, 'POST', '/clusters/erp5/takeovers', request);
    const { outcome, summary } = await client.ended(operationId);
    if (!outcome?.startsWith('succeeded')) throw new Error(`${outcome}: ${summary}`);
  }

  /** The replica that a person would choose: the one that received most. */
  async function mostReceived(dead: string): Promise<string> {
    const replicas = servers.map(({ name }) => name).filter((name) => name !== dead);
    const received = await Promise.all(
      replicas.map(async (name) => {
        const [status] = await sql(name, 'SHOW SLAVE STATUS');
        return { name, sequence: Number(String(status?.['Gtid_IO_Pos']).split('-')[2]) };
      }),
    );
    return received.toSorted((a, b) => b.sequence - a.sequence)[0]?.name ?? '';
  }

  return {
    name: 'Baton',
    ready: async () => await Promise.resolve(),
    switchover: async (_, to) => await confirm(await client.plan(to, 'switchover')),
    async failover(dead) {
      const plan = await client.plan(await mostReceived(dead), 'failover');
      await delay(READING_MS);
      return async () => await confirm(plan);
    },
    rest: async () => await Promise.resolve(),
  };
}

import type { Operation } from '../../server/contract/operation.ts';
import type { Arena } from './arena.ts';
import { primaryBy, succeeded, type Facts, type ServerAfter } from './facts.ts';
import { after } from './look-after.ts';
import { ORIGIN, SERVERS, type ServerName } from './round.ts';
import type { Stage } from './stage.ts';

/** What a click on "rejoin" came to, with every fault over. */
interface Rejoined {
  readonly server: ServerName;
  /** How many orders only it had before the click. */
  readonly own: number;
  readonly view: Operation | null;
  readonly refusal: { readonly text: string; readonly own: number | null } | null;
  readonly now: ServerAfter;
}

/**
 * Clicks what the reports say is left to be rejoined, when nothing disturbs any more, and answers what was promised and
 * does not hold.
 */
export async function aftermath(arena: Arena, stage: Stage, facts: Facts): Promise<string[]> {
  const broken = [...returnText(facts)];
  if (facts.view?.outcome === 'failed-needs-hands' || facts.round.kind === 'detach') return broken;
  const primary = arena.cluster.server(primaryBy(facts.round, facts.view));
  for (const server of leftToRejoin(facts)) {
    const own = facts.servers.find(({ name }) => name === server)?.own ?? 0;
    const { views, refusals } = await stage.ask({ kind: 'rejoin', server });
    const now = await after(arena.cluster.server(server), primary, arena.cluster.servers);
    broken.push(
      ...judgeRejoin({ server, own, view: views[0] ?? null, refusal: refusals[0] ?? null, now }, primary.name),
    );
  }
  return broken;
}

/** The servers that a follow-up offers to rejoin. */
function leftToRejoin({ look, view, servers }: Facts): ServerName[] {
  const shown =
    look.operations.find(({ id }) => id === view?.id) ?? look.operations.find(({ kind }) => kind === 'failover');
  const paths = new Set(shown?.followUps.map(({ path }) => path));
  const own = servers.filter(({ own: count }) => count > 0).map(({ name }) => name);
  return SERVERS.filter((name) => paths.has(`/api/v1/clusters/erp5/servers/${name}/rejoin`) || own.includes(name));
}

/** "has 3 transactions that nobody else has" or "has nothing": the number that the report of a failover states. */
function returnText({ round, recognised, look, servers, inflicted }: Facts): string[] {
  if (recognised === null) return [];
  if (!recognised) return [`${ORIGIN} came back, and the report of the failover does not say so`];
  const failover = look.operations.find(({ kind }) => kind === 'failover');
  // A rival with a store of its own does not know of one that came before its rejoin.
  if (!failover && round.kind === 'rejoin' && round.clicks === 'two-stores') return [];
  const report = failover?.summary ?? '';
  const own = servers.find(({ name }) => name === ORIGIN)?.own ?? 0;
  const stated = report.includes('has nothing') ? 0 : Number(/it has (\d+) transaction/.exec(report)?.[1] ?? NaN);
  // What ignores read_only goes on writing after it was counted.
  if (inflicted.some(({ kind }) => kind === 'privileged-writer')) return [];
  return stated === own
    ? []
    : [`the report states ${stated} transactions that only ${ORIGIN} has, it has ${own}: ${report}`];
}

function judgeRejoin({ server, own, view, refusal, now }: Rejoined, primary: string): string[] {
  if (view === null) {
    if (refusal === null) return [`the rejoin of ${server} has neither begun nor been refused`];
    if (own === 0 && now.follows === primary && now.caughtUp) return [];
    if (own > 0 && refusal.own === null)
      return [`${server} has ${own} of its own, and its refusal lists none: ${refusal.text}`];
    return own > 0 || /follows|pointed at/.test(refusal.text)
      ? []
      : [`${server} has nothing of its own and was refused: ${refusal.text}`];
  }
  if (!succeeded(view)) return [`the rejoin of ${server} ended ${view.outcome}: ${view.summary}`];
  if (own > 0) return [`${server} has ${own} of its own and was rejoined over them`];
  return now.follows === primary && now.caughtUp && now.readOnly
    ? []
    : [`${server} was rejoined, and does not follow ${primary}: ${now.words}`];
}

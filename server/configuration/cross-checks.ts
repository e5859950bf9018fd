import { Cron } from 'croner';
import { clusterConfiguration, serverConfiguration } from '../contract/configuration/cluster.ts';
import { consoleConfiguration } from '../contract/configuration/console.ts';
import { parseListenAddress } from '../contract/listen-address.ts';
import { isPrivate, plainHttpProblem } from '../tls/is-private.ts';
import { childValue } from './json-schema.ts';
import { fieldText, type Finding } from './problem.ts';

/**
 * What single fields cannot say about each other. Takes the file as written and looks at each part that is right by
 * itself, whatever is wrong beside it, so that all problems are told at once.
 */
export function crossChecks(raw: unknown): Finding[] {
  const clusters = entriesOf(childValue(raw, 'clusters'));
  const backups = childValue(childValue(raw, 'agent'), 'backups');
  return [
    ...clusters.flatMap(([name, cluster]) => [...lagOrder(name, cluster), ...hooksInBudget(name, cluster)]),
    ...sameAddress(clusters),
    ...['console', 'agent'].flatMap((section) => plainHttp(section, childValue(raw, section))),
    ...clusters.flatMap(([name, cluster]) => plainAgents(name, cluster)),
    ...clusters.flatMap(([name, cluster]) => viaAgents(name, cluster)),
    ...clusters.flatMap(([name, cluster]) => killsSandbox(name, cluster)),
    ...['schedule', 'full', 'verify'].flatMap((field) => scheduleParses(field, childValue(backups, field))),
  ];
}

/** What is sent in the clear stays on the machine, or where that was asked for in a private network. */
function plainHttp(section: string, written: unknown): Finding[] {
  const listen = childValue(written, 'listen');
  if (childValue(written, 'tls') !== undefined) return [];
  const single = typeof listen === 'string';
  const addresses: readonly unknown[] = Array.isArray(listen) ? listen : [listen];
  return addresses.flatMap((text, index) => {
    const parsed = consoleConfiguration.shape.listen.safeParse(text);
    if (typeof text !== 'string' || !parsed.success) return [];
    const problem = plainHttpProblem(parseListenAddress(text), childValue(written, 'plainHttp') === true);
    const path = [section, 'listen', ...(single ? [] : [index])];
    return problem === null ? [] : [{ path, at: 'value', message: `${problem}, found ${JSON.stringify(text)}` }];
  });
}

/** A token and whole dumps go to an agent and come from it. */
function plainAgents(name: string, cluster: unknown): Finding[] {
  return entriesOf(childValue(cluster, 'servers')).flatMap(([server, written]) => {
    const agent = childValue(written, 'agent');
    if (typeof agent !== 'string' || !URL.canParse(agent)) return [];
    const { protocol, hostname } = new URL(agent);
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    if (protocol !== 'http:' || isPrivate({ kind: 'tcp', host, port: 0 })) return [];
    const message = `expected https: http is for loopback and private addresses, found ${JSON.stringify(agent)}`;
    return [{ path: ['clusters', name, 'servers', server, 'agent'], at: 'value', message }];
  });
}

/** What is reached through its agent has one. */
function viaAgents(name: string, cluster: unknown): Finding[] {
  return entriesOf(childValue(cluster, 'servers')).flatMap(([server, written]) => {
    if (childValue(written, 'via') !== 'agent' || childValue(written, 'agent') !== undefined) return [];
    const message = `expected tcp: ${server} has no agent: beside it through which it could be reached`;
    return [{ path: ['clusters', name, 'servers', server, 'via'], at: 'value', message }];
  });
}

/** Only throw-away servers are killed on request. */
function killsSandbox(name: string, cluster: unknown): Finding[] {
  if (childValue(cluster, 'sandboxKill') === undefined || childValue(cluster, 'sandbox') === true) return [];
  const message = 'expected nothing: it is for throw-away servers (sandbox: true) alone';
  return [{ path: ['clusters', name, 'sandboxKill'], at: 'value', message }];
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function lagOrder(name: string, cluster: unknown): Finding[] {
  const lag = clusterConfiguration.shape.lag.safeParse(childValue(cluster, 'lag'));
  if (!lag.success || lag.data.criticalSeconds >= lag.data.warnSeconds) return [];
  const { warnSeconds, criticalSeconds } = lag.data;
  const message = `expected at least warnSeconds (${warnSeconds}), found ${criticalSeconds}`;
  return [{ path: ['clusters', name, 'lag', 'criticalSeconds'], at: 'value', message }];
}

/** Hooks before the fencing run in the takeover's own budget: with less than they may take, it would end in them. */
function hooksInBudget(name: string, cluster: unknown): Finding[] {
  const { hooks, takeover } = clusterConfiguration.shape;
  const found = hooks.safeParse(childValue(cluster, 'hooks') ?? undefined);
  const limits = takeover.safeParse(childValue(cluster, 'takeover') ?? undefined);
  if (!found.success || !limits.success) return [];
  const seconds = found.data.beforeFencing.reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds, 0);
  const { budgetSeconds } = limits.data;
  if (seconds < budgetSeconds) return [];
  const message = `expected time-outs of less than takeover.budgetSeconds (${budgetSeconds}) together, found ${seconds}`;
  return [{ path: ['clusters', name, 'hooks', 'beforeFencing'], at: 'value', message }];
}

/** Two names for one server would be a replica that is its own primary. */
function sameAddress(clusters: readonly [string, unknown][]): Finding[] {
  const seen = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [name, cluster] of clusters) {
    for (const [server, written] of entriesOf(childValue(cluster, 'servers'))) {
      const url = serverConfiguration.shape.url.safeParse(childValue(written, 'url'));
      if (!url.success) continue;
      const path = ['clusters', name, 'servers', server, 'url'];
      const other = seen.get(addressOf(url.data));
      if (other === undefined) seen.set(addressOf(url.data), fieldText(path));
      else findings.push({ path, at: 'value', message: `expected an address of its own, found that of ${other}` });
    }
  }
  return findings;
}

function addressOf(url: string): string {
  const address = url
    .toLowerCase()
    .replace(/^mysql:\/\//, '')
    .replace(/\/$/, '');
  return /:\d+$/.test(address.replace(/\[.*\]/, '')) ? address : `${address}:3306`;
}

function scheduleParses(field: string, schedule: unknown): Finding[] {
  if (typeof schedule !== 'string') return [];
  const message = scheduleProblem(schedule);
  return message === null ? [] : [{ path: ['agent', 'backups', field], at: 'value', message }];
}

function scheduleProblem(schedule: string): string | null {
  const found = JSON.stringify(schedule);
  try {
    // Paused: it is parsed, and nothing is started.
    if (new Cron(schedule, { paused: true }).nextRun() !== null) return null;
    return `expected a schedule that comes, found ${found}, which never does`;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return `expected a schedule like "0 1 * * *", found ${found} (${why})`;
  }
}

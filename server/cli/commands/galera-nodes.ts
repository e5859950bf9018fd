import { z } from 'zod';
import type { RoundAct } from '../../contract/galera-rounds.ts';
import { agreed } from '../agreed.ts';
import { command, jsonOption, type Command } from '../command.ts';
import type { ConsoleApi } from '../console-api/api.ts';
import { consoleInput, consoleOptions, withConsole } from '../console-api/connect.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { startAll } from '../galera/start-all.ts';
import { begun, followToEnd } from '../promote/follow-to-end.ts';
import { stepLines } from '../promote/plan-text.ts';
import { nodeTarget } from '../target.ts';
import type { Terminal } from '../terminal/terminal.ts';

const common = consoleInput.extend({ confirm: z.string().optional(), json: z.boolean().default(false) });
const nodeInput = common.extend({ target: nodeTarget });
const clusterInput = common.extend({
  target: z.string().regex(/^[^/]+(\/[^/]+)?$/, 'CLUSTER or CLUSTER/NODE, such as wiki or wiki/db-1'),
  dryRun: z.boolean().default(false),
  yes: z.boolean().default(false),
});
const roundInput = clusterInput.extend({ last: z.string().optional() });
type RoundInput = z.infer<typeof roundInput>;

/** What shows and asks first is for the round of a cluster; one node is stopped at once, and nothing that was given is passed over. */
const stopInput = roundInput.refine(
  ({ target, last, dryRun, yes }) => !target.includes('/') || (last === undefined && !dryRun && !yes),
  { path: ['target'], message: 'one node is stopped without --last, --dry-run and --yes: they are for a cluster' },
);

/** As stopInput; and what only one node has is given up by that node's name. */
const startInput = clusterInput
  .refine(({ target, dryRun, yes }) => !target.includes('/') || (!dryRun && !yes), {
    path: ['target'],
    message: 'one node is started without --dry-run and --yes: they are for a cluster',
  })
  .refine(({ target, confirm }) => target.includes('/') || confirm === undefined, {
    path: ['target'],
    message: 'what --confirm gives up is one node’s: name it, such as wiki/db-1',
  });

const targetArgument = { syntax: '<target>', text: 'CLUSTER, or CLUSTER/NODE, such as wiki/db-1' };
const confirmOption = { flags: '--confirm <name>', text: 'the name, typed, where the answer asks for it' };
const askingOptions = [
  { flags: '--dry-run', text: 'show the order and the steps, and do nothing' },
  { flags: '--yes', text: 'do not ask' },
];
const roundOptions = [{ flags: '--last <node>', text: 'which one is taken down last' }, ...askingOptions];

/** Nodes of a Galera cluster started and stopped: one, or all in their order. */
export const galeraNodeCommands: readonly Command[] = [
  command({
    name: 'galera start',
    summary: 'start the nodes that are down into the running cluster, or one of them',
    details:
      'Of a cluster, one node after the other, each waited for until it is Synced; where nodes wait for those that are missing,\nthese together. One that has what the cluster has not is started alone, with its name typed: it takes a full copy, which\nerases that. A cluster of which all nodes are down is brought back by `galera recover`.',
    arguments: [targetArgument],
    options: [...askingOptions, confirmOption, jsonOption, ...consoleOptions],
    input: startInput,
    run: async (asked, terminal) =>
      await withConsole(asked, async (api) =>
        asked.target.includes('/')
          ? await oneNode(api, 'start', { ...asked, target: nodeTarget.parse(asked.target) }, terminal)
          : await startAll(api, { ...asked, cluster: asked.target }, terminal),
      ),
  }),
  command({
    name: 'galera stop',
    summary: 'stop all nodes in order, or one; one that waits for the others is killed',
    details:
      'Of a cluster, one node after the other leaves, and the last one is named: it begins the cluster again. Before the last one\nit can be cancelled: what was stopped is started again.',
    arguments: [targetArgument],
    options: [...roundOptions, confirmOption, jsonOption, ...consoleOptions],
    input: stopInput,
    run: async (asked, terminal) =>
      await withConsole(asked, async (api) =>
        asked.target.includes('/')
          ? await oneNode(api, 'stop', { ...asked, target: nodeTarget.parse(asked.target) }, terminal)
          : await round(api, 'stop', asked, terminal),
      ),
  }),
  command({
    name: 'galera restart',
    summary: 'restart all nodes of a cluster that is whole, with one down at a time',
    details: 'Each one is waited for until it is Synced again. Where one does not come back, no other is taken down.',
    arguments: [{ syntax: '<target>', text: 'a Galera cluster of the configuration' }],
    options: [...roundOptions, jsonOption, ...consoleOptions],
    input: roundInput.extend({ target: z.string().regex(/^[^/]+$/, 'a cluster, such as wiki') }),
    run: async (asked, terminal) =>
      await withConsole(asked, async (api) => await round(api, 'restart', asked, terminal)),
  }),
];

async function oneNode(
  api: ConsoleApi,
  act: 'start' | 'stop',
  { target, confirm, json }: z.infer<typeof nodeInput>,
  terminal: Terminal,
): Promise<ExitCode> {
  const { cluster, server: node } = target;
  const work = await api.galeraNode(cluster, node, act, confirm === undefined ? {} : { confirm });
  if (json) terminal.json(work);
  else terminal.line(`${node} is ${work.kind}. See: baton galera status ${cluster}`);
  return exitCode.done;
}

async function round(api: ConsoleApi, act: RoundAct, asked: RoundInput, terminal: Terminal): Promise<ExitCode> {
  const { target: cluster, last, json, dryRun } = asked;
  const plan = await api.roundPlan(cluster, { act, ...(last === undefined ? {} : { last }) });
  if (!json) for (const line of [plan.text, ...stepLines(plan.steps)]) terminal.line(line);
  if (plan.blocked !== null || dryRun) {
    if (json) terminal.json({ plan, operation: null });
    else if (plan.blocked !== null) terminal.note(`\n${plan.blocked}`);
    return plan.blocked === null ? exitCode.done : exitCode.refused;
  }
  const words = plan.confirm === null ? `Restart the nodes of ${cluster}?` : '';
  const confirm = await agreed({ confirm: plan.confirm, words, given: asked }, terminal);
  if (confirm === null) return exitCode.failed;
  const wanted = { act, order: plan.order, ...(confirm === '' ? {} : { confirm }) };
  const id = await begun(api.round(cluster, wanted), terminal);
  return id === null
    ? exitCode.unknown
    : await followToEnd(api, id, terminal, json, (operation) => ({ plan, operation }));
}

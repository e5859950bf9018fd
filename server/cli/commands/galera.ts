import { z } from 'zod';
import type { RecoveryPlan } from '../../contract/galera.ts';
import { agreed } from '../agreed.ts';
import { command, jsonOption, type Command } from '../command.ts';
import type { ConsoleApi } from '../console-api/api.ts';
import { consoleInput, consoleOptions, withConsole } from '../console-api/connect.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { decisionLines, evidenceLines, failureLines } from '../galera/decision-text.ts';
import { begun, followToEnd } from '../promote/follow-to-end.ts';
import { stepLines } from '../promote/plan-text.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { galeraNodeCommands } from './galera-nodes.ts';

const clusterInput = consoleInput.extend({ cluster: z.string().min(1), json: z.boolean().default(false) });
const recoverInput = clusterInput.extend({
  node: z.string().optional(),
  confirm: z.string().optional(),
  yes: z.boolean().default(false),
});
type RecoverInput = z.infer<typeof recoverInput>;

const clusterArgument = { syntax: '<cluster>', text: 'a Galera cluster of the configuration' };

export const galeraCommands: readonly Command[] = [
  command({
    name: 'galera status',
    summary: 'what every node knows, and what follows from it',
    details: 'Starts nothing. Where nodes are down, `galera recover` reads where each one stopped.',
    arguments: [clusterArgument],
    options: [jsonOption, ...consoleOptions],
    input: clusterInput,
    run: async (asked, terminal) =>
      await withConsole(asked, async (api) => {
        const view = await api.galera(asked.cluster);
        if (asked.json) terminal.json(view);
        else for (const line of [...decisionLines(view.decision), ...failureLines(view)]) terminal.line(line);
        return exitCode.done;
      }),
  }),
  command({
    name: 'galera evidence',
    summary: 'the files and states that a decision rests on, as the agents have read them',
    arguments: [clusterArgument],
    options: [jsonOption, ...consoleOptions],
    input: clusterInput,
    run: async (asked, terminal) =>
      await withConsole(asked, async (api) => {
        const view = await api.galera(asked.cluster);
        if (asked.json) terminal.json(view.evidence);
        else for (const report of view.evidence) for (const line of evidenceLines(report)) terminal.line(line);
        return exitCode.done;
      }),
  }),
  command({
    name: 'galera recover',
    summary: 'bring a Galera cluster that is down back from the right node',
    details:
      'Reads where each node stopped, says which one may begin and why not the others, asks, and follows the steps. Where the\nchoice is for a person, or with --node, the name of the node has to be typed, or given with --confirm.',
    arguments: [clusterArgument],
    options: [
      { flags: '--node <node>', text: 'begin with this one instead of the recommended' },
      { flags: '--confirm <node>', text: 'its name, typed: what is given up is known' },
      { flags: '--yes', text: 'do not ask where nothing is given up' },
      jsonOption,
      ...consoleOptions,
    ],
    input: recoverInput,
    run: async (asked, terminal) =>
      await withConsole(asked, async (api) => {
        const plan = await api.recoveryPlan(asked.cluster);
        if (!asked.json) for (const line of [...decisionLines(plan), ...stepLines(plan.steps)]) terminal.line(line);
        const row = plan.nodes.find(({ name }) => name === (asked.node ?? plan.recommended));
        if (!row || row.choice === 'impossible') {
          if (asked.json) terminal.json({ plan, operation: null });
          else terminal.note(`\n${row ? `${row.name} can't be chosen: ${row.reason}.` : plan.text}`);
          return exitCode.refused;
        }
        return await carryOut(api, plan, row, asked, terminal);
      }),
  }),
  ...galeraNodeCommands,
];

async function carryOut(
  api: ConsoleApi,
  plan: RecoveryPlan,
  row: RecoveryPlan['nodes'][number],
  asked: RecoverInput,
  terminal: Terminal,
): Promise<ExitCode> {
  const free = plan.verdict === 'green' && row.name === plan.recommended;
  if (!free && !asked.json) for (const lost of row.givesUp) terminal.line(`  gives up: ${lost}`);
  const question = { confirm: free ? null : row.name, words: free ? `Bootstrap ${row.name}?` : '', given: asked };
  const typed = asked.confirm ?? (await agreed(question, terminal));
  if (typed === null) return exitCode.failed;
  const node = row.name === plan.recommended ? {} : { node: row.name };
  const wanted = { planId: plan.id, ...node, ...(typed === '' ? {} : { confirm: typed }) };
  const id = await begun(api.recovery(plan.cluster, wanted), terminal);
  return id === null
    ? exitCode.unknown
    : await followToEnd(api, id, terminal, asked.json, (operation) => ({ plan, operation }));
}

import { z } from 'zod';
import type { RejoinPlan } from '../../contract/rejoin.ts';
import { agreed } from '../agreed.ts';
import { command, jsonOption } from '../command.ts';
import type { ConsoleApi } from '../console-api/api.ts';
import { consoleInput, consoleOptions, withConsole } from '../console-api/connect.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { begun, followToEnd } from '../promote/follow-to-end.ts';
import { checkLines, stepLines } from '../promote/plan-text.ts';
import { serverArgument, serverTarget } from '../target.ts';
import type { Terminal } from '../terminal/terminal.ts';

const input = consoleInput.extend({
  target: serverTarget,
  dryRun: z.boolean().default(false),
  setAside: z.boolean().default(false),
  yes: z.boolean().default(false),
  json: z.boolean().default(false),
});
type Input = z.infer<typeof input>;

export const rejoin = command({
  name: 'rejoin',
  summary: 'make an old primary that came back a replica again',
  details:
    'Shows the checks and the steps, asks, and follows them. A server with transactions of its own is refused, with their list\nand the address of their export; with --set-aside they are kept as SQL, and the server gets a copy of the primary while its\nformer data are kept beside it. Also for a replica that follows nobody, or the wrong server.',
  arguments: [serverArgument],
  options: [
    { flags: '--dry-run', text: 'do every check and stop before the first write' },
    { flags: '--set-aside', text: 'keep its own transactions aside, and give it a copy of the primary' },
    { flags: '--yes', text: 'do not ask' },
    jsonOption,
    ...consoleOptions,
  ],
  input,
  run: async (asked, terminal) =>
    await withConsole(asked, async (api) => {
      const { cluster, server } = asked.target;
      const plan = await api.rejoinPlan(cluster, server, { setAside: asked.setAside });
      if (!asked.json) for (const line of planLines(plan)) terminal.line(line);
      if (plan.blocked) {
        if (asked.json) terminal.json({ plan, operation: null });
        else for (const line of refusalLines(plan, api.address.url)) terminal.note(line);
        return exitCode.refused;
      }
      return (await mayGoOn(asked, plan, terminal)) ? await carryOut(api, plan, asked, terminal) : exitCode.failed;
    }),
});

function planLines({ cluster, server, address, primary, checks, steps }: RejoinPlan): string[] {
  return [
    `Rejoin ${server} (${address}) in ${cluster}${primary === null ? '' : `: it follows ${primary}`}`,
    '',
    'Checks',
    ...checks.flatMap((check) => checkLines(check, [])),
    ...stepLines(steps),
  ];
}

function refusalLines({ cluster, server, checks, extraTransactions, setAside }: RejoinPlan, url: string): string[] {
  const blocks = checks.filter(({ level }) => level === 'block').flatMap((check) => checkLines(check, []));
  const path = `/api/v1/clusters/${encodeURIComponent(cluster)}/servers/${encodeURIComponent(server)}/extra-transactions?format=sql`;
  const own = (extraTransactions?.count ?? 0) > 0;
  return [
    `\nRejoin of ${server} is refused:`,
    ...blocks,
    ...(own
      ? [
          '  Export them (with a token of an operator):',
          `      curl -OJ -H "Authorization: Bearer $TOKEN" "${url.replace(/\/$/, '')}${path}"`,
          ...(setAside ? [] : [`  Then set them aside: baton rejoin ${cluster}/${server} --set-aside`]),
        ]
      : []),
  ];
}

async function mayGoOn({ yes, dryRun }: Input, plan: RejoinPlan, terminal: Terminal): Promise<boolean> {
  if (yes || dryRun) return true;
  const { confirm, server } = plan;
  const words = confirm === null ? `Rejoin ${server}?` : `This replaces the data of ${server}; they are kept beside.`;
  return (await agreed({ confirm, words, given: { yes }, option: '--yes' }, terminal)) !== null;
}

async function carryOut(
  api: ConsoleApi,
  plan: RejoinPlan,
  { dryRun, json }: Input,
  terminal: Terminal,
): Promise<ExitCode> {
  const { cluster, server, setAside, confirm } = plan;
  const wanted = { dryRun, setAside, ...(confirm === null ? {} : { confirm }) };
  const id = await begun(api.rejoin(cluster, server, wanted), terminal);
  return id === null
    ? exitCode.unknown
    : await followToEnd(api, id, terminal, json, (operation) => ({ plan, operation }));
}

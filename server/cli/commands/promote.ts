import { z } from 'zod';
import { takeoverKind, type TakeoverKind, type TakeoverPlan } from '../../contract/takeover.ts';
import { agreed } from '../agreed.ts';
import { command, jsonOption } from '../command.ts';
import type { ConsoleApi } from '../console-api/api.ts';
import { consoleInput, consoleOptions, withConsole } from '../console-api/connect.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { begun, followToEnd, operationUrl } from '../promote/follow-to-end.ts';
import { checkLines, planLines, remainingBlocks, title } from '../promote/plan-text.ts';
import { serverArgument, serverTarget } from '../target.ts';
import type { Terminal } from '../terminal/terminal.ts';

const input = consoleInput
  .extend({
    target: serverTarget,
    switchover: z.boolean().default(false),
    failover: z.boolean().default(false),
    detach: z.boolean().default(false),
    kind: takeoverKind.optional(),
    wait: z.boolean().default(true),
    dryRun: z.boolean().default(false),
    accept: z.array(z.string()).default([]),
    confirm: z.string().optional(),
    yes: z.boolean().default(false),
    json: z.boolean().default(false),
  })
  .refine(
    ({ switchover, failover, detach, kind }) => [switchover, failover, detach, kind].filter(Boolean).length <= 1,
    {
      message: 'one of --switchover, --failover, --detach and --kind',
      path: ['kind'],
    },
  );
type Input = z.infer<typeof input>;

export const promote = command({
  name: 'promote',
  summary: 'make a replica the primary, with live steps',
  details:
    'Shows the plan, its checks and its cost, asks, and follows the steps. Ctrl-C before the point of no return cancels and\nrestores; a second one leaves the operation to the console. Without a kind the console proposes one.',
  arguments: [serverArgument],
  options: [
    { flags: '--switchover', text: 'planned: the old primary is alive, nothing is lost' },
    { flags: '--failover', text: 'the old primary is gone' },
    { flags: '--detach', text: 'the replica becomes an independent primary, the old one goes on' },
    { flags: '--kind <kind>', text: 'the same as one of these three, for scripts' },
    { flags: '--no-wait', text: 'only begin it: prints its id, and does not follow it' },
    { flags: '--dry-run', text: 'do every check and stop before the first write' },
    { flags: '--accept <code...>', text: 'go on in spite of these checks' },
    { flags: '--confirm <server>', text: 'the name that has to be typed where data may be lost' },
    { flags: '--yes', text: 'do not ask' },
    jsonOption,
    ...consoleOptions,
  ],
  input,
  run: async (asked, terminal) =>
    await withConsole(asked, async (api) => {
      const { cluster, server: target } = asked.target;
      const kind = kindOf(asked);
      const plan = await api.plan(cluster, { target, ...(kind === undefined ? {} : { kind }) });
      if (!asked.json) for (const line of planLines(plan, asked.accept)) terminal.line(line);
      const blocks = remainingBlocks(plan, asked.accept);
      if (blocks.length > 0) {
        if (asked.json) terminal.json({ plan, operation: null });
        else terminal.note(`\n${title(plan)} is refused:`);
        for (const line of blocks.flatMap((block) => checkLines(block, asked.accept))) terminal.note(line);
        return exitCode.refused;
      }
      const confirm = await typedFor(asked, plan, terminal);
      return confirm === null ? exitCode.failed : await carryOut(api, plan, asked, confirm, terminal);
    }),
});

function kindOf({ switchover, failover, detach, kind }: Input): TakeoverKind | undefined {
  return switchover ? 'switchover' : failover ? 'failover' : detach ? 'detach' : kind;
}

/** What to send as the typed name ("" where none is asked for); null when the answer is no. */
async function typedFor(asked: Input, plan: TakeoverPlan, terminal: Terminal): Promise<string | null> {
  if (asked.dryRun) return '';
  const words = plan.confirm === null ? `${title(plan)}?` : 'Data may be lost.';
  return await agreed({ confirm: plan.confirm, words, given: asked }, terminal);
}

async function carryOut(
  api: ConsoleApi,
  plan: TakeoverPlan,
  { accept, dryRun, json, wait }: Input,
  confirm: string,
  terminal: Terminal,
): Promise<ExitCode> {
  const wanted = { planId: plan.id, accept, dryRun, ...(confirm === '' ? {} : { confirm }) };
  const id = await begun(api.takeover(plan.cluster, wanted), terminal);
  if (id === null) return exitCode.unknown;
  if (!wait) {
    if (json) terminal.json({ plan, operation: await api.operation(id) });
    else terminal.line(id);
    terminal.note(`It runs on the console: ${operationUrl(api, id)}`);
    return exitCode.done;
  }
  return await followToEnd(api, id, terminal, json, (operation) => ({ plan, operation }));
}

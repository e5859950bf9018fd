import { Command as Commander, CommanderError, Option as CommanderOption } from 'commander';
import { z, ZodError } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { BatonError } from '../contract/errors.ts';
import type { Command } from './command.ts';
import { exitCode, exitCodeOfError, type ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal/terminal.ts';

const codesText = `
Exit codes: 0 done · 1 failed, nothing left changed · 2 usage or configuration · 3 refused by a check ·
            4 finished with follow-ups · 5 needs hands · 6 unknown`;

/**
 * Runs the command that `args` name and answers its exit code. Never rejects: expected failures are said in a sentence,
 * anything else with where it happened.
 */
export async function runProgram(
  commands: readonly Command[],
  groups: Readonly<Record<string, string>>,
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const result: { code: ExitCode } = { code: exitCode.done };
  const program = build(commands, groups, async (one, raw) => {
    result.code = await one.run(raw, terminal);
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return result.code;
  } catch (error) {
    return explain(error, terminal);
  }
}

function build(
  commands: readonly Command[],
  groups: Readonly<Record<string, string>>,
  act: (one: Command, raw: unknown) => Promise<void>,
): Commander {
  const program = new Commander('baton')
    .description('A console with a takeover button for MariaDB: status, true lag, promotion, dumps.')
    .version(packageJson.version)
    .addHelpText('after', codesText)
    .exitOverride();
  const folders = new Map<string, Commander>();
  for (const one of commands) {
    const [first = '', second] = one.name.split(' ');
    let parent = program;
    if (second !== undefined) {
      parent =
        folders.get(first) ??
        program
          .command(first)
          .description(groups[first] ?? '')
          .exitOverride();
      folders.set(first, parent);
    }
    const made = parent
      .command(second ?? first)
      .description(one.details === undefined ? one.summary : `${one.summary}\n\n${one.details}`)
      .summary(one.summary)
      .exitOverride();
    for (const argument of one.arguments) made.argument(argument.syntax, argument.text);
    for (const { flags, text, env } of one.options) {
      const option = new CommanderOption(flags, text);
      made.addOption(env === undefined ? option : option.env(env));
    }
    made.action(async (...given: unknown[]) => {
      const named = Object.fromEntries(
        one.arguments.map(({ syntax }, index) => [syntax.replace(/[^a-z-]/g, ''), given[index]]),
      );
      await act(one, { ...made.opts(), ...named });
    });
  }
  return program;
}

function explain(error: unknown, terminal: Terminal): ExitCode {
  // commander has said what is wrong itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage;
  if (error instanceof ZodError) {
    for (const issue of error.issues) terminal.note(`${issue.path.join('.')}: ${issue.message}`);
    return exitCode.usage;
  }
  if (error instanceof BatonError) {
    terminal.note(error.message);
    if (error.next !== '') terminal.note(error.next);
    const names = z.object({ known: z.array(z.string()) }).safeParse(error.details);
    if (names.success) terminal.note(`Known: ${names.data.known.join(', ')}`);
    return exitCodeOfError(error);
  }
  terminal.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCode.failed;
}

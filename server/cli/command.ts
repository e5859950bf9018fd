import type { z } from 'zod';
import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal/terminal.ts';

/** A command as data: its words, what it takes, and what it does. */
export interface Command {
  /** Words after `baton`: "dumps get". */
  readonly name: string;
  readonly summary: string;
  /** What a reader of --help has to know beyond the summary. */
  readonly details?: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  /** `raw` has arguments by name and options in camel case. */
  readonly run: (raw: unknown, terminal: Terminal) => Promise<ExitCode>;
}

export interface Argument {
  /** In the way of commander: "<cluster>", "[server]". */
  readonly syntax: string;
  readonly text: string;
}

export interface Option {
  /** In the way of commander: "--accept <code...>". */
  readonly flags: string;
  readonly text: string;
  /** Environment variable that stands in for the option. */
  readonly env?: string;
}

/** Makes a command whose `run` gets its arguments and options checked by a schema. */
export function command<Schema extends z.ZodType>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  readonly input: Schema;
  readonly run: (input: z.output<Schema>, terminal: Terminal) => Promise<ExitCode>;
}): Command {
  const { input, run, arguments: args = [], options = [], ...words } = definition;
  return { ...words, arguments: args, options, run: async (raw, terminal) => await run(input.parse(raw), terminal) };
}

export const jsonOption: Option = { flags: '--json', text: 'print JSON for machines' };
export const configOption: Option = {
  flags: '--config <file>',
  text: 'configuration file (baton.yaml here, else /etc/baton/baton.yaml)',
  env: 'BATON_CONFIG',
};

import type { Operation } from '../../contract/operation.ts';
import type { ConsoleApi } from '../console-api/api.ts';
import { NoAnswerError } from '../console-api/call.ts';
import { exitCode, exitCodeOfOutcome, type ExitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { follow } from './follow.ts';
import { outcomeLines } from './operation-text.ts';

/** The page of an operation, for a person who is to look at what a script has left. */
export const operationUrl = (api: ConsoleApi, id: string): string =>
  `${api.address.url.replace(/\/$/, '')}/operations/${encodeURIComponent(id)}`;

/** The id of the operation that was asked for; null, told, where the console did not answer and it may have begun. */
export async function begun(asked: Promise<string>, terminal: Terminal): Promise<string | null> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    terminal.note(`${error.message} It may have begun: see baton operations.`);
    return null;
  }
}

/**
 * Follows an operation to its end and answers the exit code of its outcome. Its steps go to standard output, or with
 * `json` to standard error, so that standard output is `shown(operation)` and nothing else.
 */
export async function followToEnd(
  api: ConsoleApi,
  id: string,
  terminal: Terminal,
  json: boolean,
  shown: (operation: Operation) => unknown,
): Promise<ExitCode> {
  const say = (line: string): void => (json ? terminal.note(line) : terminal.line(line));
  say(`\nOperation ${id}`);
  const followed = await follow(api, id, terminal, say);
  if (followed.kind === 'left') {
    terminal.note(`${followed.reason} How it ends is not known here. See: baton operations ${id}`);
    terminal.note(operationUrl(api, id));
    return exitCode.unknown;
  }
  const { operation } = followed;
  if (json) terminal.json(shown(operation));
  else for (const line of outcomeLines(operation)) terminal.line(line);
  return operation.outcome === null ? exitCode.unknown : exitCodeOfOutcome(operation.outcome);
}

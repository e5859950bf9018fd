import type { Operation } from '../../contract/operation.ts';
import type { ConsoleApi } from '../console-api/api.ts';
import { exitCode, exitCodeOfOutcome, type ExitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { follow } from './follow.ts';
import { outcomeLines } from './operation-text.ts';

/** The page of an operation, for a person who is to look at what a script has left. */
export const operationUrl = (api: ConsoleApi, id: string): string =>
  `${api.address.url.replace(/\/$/, '')}/operations/${encodeURIComponent(id)}`;

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

import type { Situation } from '../classify.ts';
import type { PlanInput } from '../plan-input.ts';
import type { CheckCode } from './table.ts';

/** What one check found. Its level comes from the table, by the kind of takeover. */
export interface Finding {
  readonly code: CheckCode;
  readonly ok: boolean;
  readonly server: string | null;
  /** One sentence with the names and numbers in it. */
  readonly text: string;
  /** What to do about it, also where that is to know and go on; null where it is well. */
  readonly fix: string | null;
  /** What to run for it, to be copied: statements for `server`, or a command. */
  readonly commands: readonly string[];
}

/** A check: pure, one or a few findings; [] where it has no meaning here. */
export type CheckOf = (input: PlanInput, situation: Situation) => Finding[];

/** It is as it should be: the row says what was found. */
export const well = (code: CheckCode, server: string | null, text: string): Finding => ({
  code,
  ok: true,
  server,
  text,
  fix: null,
  commands: [],
});

/** It is not as it should be: what to do about it, and what to run for it. */
export const bad = (
  code: CheckCode,
  server: string | null,
  text: string,
  fix: string,
  commands: readonly string[] = [],
): Finding => ({ code, ok: false, server, text, fix, commands });

/** One finding of two, by whether it holds. */
export function either(
  code: CheckCode,
  server: string | null,
  ok: boolean,
  words: { well: string; bad: string; fix: string; commands?: readonly string[] },
): Finding {
  return ok ? well(code, server, words.well) : bad(code, server, words.bad, words.fix, words.commands);
}

/** The same takeover of another server, or of another kind, on the command line. */
export const promoteCommand = (cluster: string, server: string, kind: Situation['kind']): string =>
  `baton promote ${cluster}/${server} --${kind}`;

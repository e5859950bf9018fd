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
  /** What to do about it; null where it is well, or nothing can be done. */
  readonly fix: string | null;
}

/** A check: pure, one or a few findings; [] where it has no meaning here. */
export type CheckOf = (input: PlanInput, situation: Situation) => Finding[];

export const well = (code: CheckCode, server: string | null, text: string): Finding => ({
  code,
  ok: true,
  server,
  text,
  fix: null,
});

export const bad = (code: CheckCode, server: string | null, text: string, fix: string | null = null): Finding => ({
  code,
  ok: false,
  server,
  text,
  fix,
});

/** One finding of two, by whether it holds. */
export function either(
  code: CheckCode,
  server: string | null,
  ok: boolean,
  words: { well: string; bad: string; fix?: string },
): Finding {
  return ok ? well(code, server, words.well) : bad(code, server, words.bad, words.fix ?? null);
}

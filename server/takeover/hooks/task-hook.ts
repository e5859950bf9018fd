import { z } from 'zod';
import type { TakeoverKind } from '../../contract/takeover.ts';

export const hookPlace = z.enum(['beforeFencing', 'afterPromotion', 'onFailure']);
export type HookPlace = z.infer<typeof hookPlace>;

/** A hook as the journal keeps it: a takeover that is taken up runs what was planned. */
export const taskHook = z.object({
  place: hookPlace,
  name: z.string(),
  command: z.array(z.string()),
  timeoutMs: z.number(),
  /** Its success means that the old primary takes no writes any more. */
  fence: z.boolean(),
});
export type TaskHook = z.infer<typeof taskHook>;

/** A configured hook, and whether it could be started when that was looked at. */
export interface PlannedHook extends TaskHook {
  readonly kinds: readonly TakeoverKind[];
  /** Why its program can't be started ("does not exist"); null: it can. */
  readonly problem: string | null;
}

/** Those that a takeover of this kind runs. Nothing moves in a detach, and nothing is fenced in a switchover. */
export function hooksFor(hooks: readonly PlannedHook[], kind: TakeoverKind): PlannedHook[] {
  return hooks.filter(({ kinds, fence }) => kinds.includes(kind) && (!fence || kind === 'failover'));
}

/** The command as a person would type it. */
export function commandText(command: readonly string[]): string {
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

/** The id of its step. */
export const hookStepId = ({ name }: Pick<TaskHook, 'name'>): string => `hook-${name}`;

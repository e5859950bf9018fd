import type { Act } from '../operations/step.ts';
import type { TakeoverAgent } from './agent.ts';
import { answered } from './answered.ts';
import type { TakeoverContext } from './context.ts';

/** What the agent keeps for its server's next start. Rejects as the agent does, and after 2 s. */
export async function persistedReadOnly(agent: TakeoverAgent): Promise<boolean | null> {
  return await answered(agent.persistedReadOnly());
}

/** Keeps read_only for the server's next start. Rejects as the agent does, and after 2 s: then it may have been done. */
export async function persistReadOnly(agent: TakeoverAgent, readOnly: boolean): Promise<void> {
  await answered(agent.persistReadOnly(readOnly));
}

/** For the undo: in the journal with the next intent, so before anything is written. */
export function rememberPersisted(context: TakeoverContext, act: Act, before: boolean | null): void {
  act.remember('persisted-read-only', before);
  context.persistedBefore = before;
}

import type { ThreadState as State } from '../../server/contract/snapshot.ts';
import type { MarkLevel } from './mark-level.ts';
import { Status } from '../ui/mark.tsx';

const level: Record<State, MarkLevel> = { running: 'normal', connecting: 'caution', stopped: 'off', error: 'serious' };

/** The state of one replication thread, as a mark and a word. */
export function ThreadState({ state }: { state: State }) {
  return <Status level={level[state]} word={state} />;
}

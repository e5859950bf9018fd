import type { FollowUp } from '../../contract/operation.ts';
import { startPosition } from '../parse/recovered.ts';
import type { Task, TaskMember } from './task.ts';

const byHand = (text: string, command: string | null = null): FollowUp => ({
  text,
  method: null,
  path: null,
  body: null,
  command,
});

/** What a recovery leaves to do, in sentences that need no context. */
export const handsOf = {
  /** A bootstrap whose end is not known, or that failed: nobody repeats it before having looked. */
  bootstrap: ({ cluster, node, position }: Task): FollowUp =>
    byHand(
      `Look at ${node} before anything is started: its bootstrap from ${startPosition(position)} was begun and did not come to a good end. It is not repeated by itself.`,
      `baton galera evidence ${cluster}`,
    ),
  start: ({ cluster }: Task, node: string, why: string): FollowUp => ({
    text: `${node} has not joined: ${why}. Start it again: it takes what it missed, or a full copy.`,
    method: 'POST',
    path: `/api/v1/clusters/${cluster}/galera/nodes/${node}/start`,
    body: {},
    command: `baton galera start ${cluster}/${node}`,
  }),
  again: ({ cluster, node }: Task): FollowUp =>
    byHand(
      `Nobody serves: ${node} has lost the majority of its component, as by the death of a node that joined. Review the recovery again: it makes what is left Primary.`,
      `baton galera recover ${cluster}`,
    ),
  // No button: starting it erases what was kept.
  keep: ({ cluster, node }: Task, { name, position, dataDirectory }: TaskMember): FollowUp =>
    byHand(
      `${name} is left down: ${position === null ? 'what it holds is not known' : `it stands at ${position.uuid.slice(0, 8)}:${position.seqno}, and ${node} was begun from without that`}. Copy from ${dataDirectory} what is needed; then start it: it takes a full copy, which erases that.`,
      `baton galera start ${cluster}/${name} --confirm ${name}`,
    ),
  unknown: ({ cluster }: Task, { name }: TaskMember): FollowUp =>
    byHand(
      `Nothing was known of ${name}. When it is there again, look at it before it is started: it may be ahead, or still run by itself.`,
      `baton galera evidence ${cluster}`,
    ),
};

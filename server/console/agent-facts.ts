import type { AgentStatus } from '../contract/agent.ts';
import { standingBad, workOf } from '../contract/dump-proof.ts';
import type { Dump } from '../contract/dumps.ts';
import type { AgentFacts } from '../topology/view.ts';

interface AgentAnswer {
  readonly kind: 'up';
  readonly status: AgentStatus;
  readonly dumps: readonly Dump[];
}

/** The newest look at an agent; one that does not answer keeps what it said last. */
export type AgentLook =
  AgentAnswer | { readonly kind: 'unreachable'; readonly detail: string; readonly before: AgentAnswer | null };

function databaseOf({ status }: AgentAnswer, newestDumpBytes: number): Partial<AgentFacts['agent']> {
  const { freeBytes } = status.backups;
  return {
    disk: {
      data: status.database.disk,
      backups: freeBytes === null ? null : { freeBytes, newestDumpBytes },
    },
    readOnlyNext: status.database.readOnlyNext,
    certificateProblems: status.certificateProblems,
    ...(status.firstCopy && { firstCopy: status.firstCopy }),
  };
}

/** What a snapshot shows of an agent. */
export function agentFacts(server: string, look: AgentLook): AgentFacts {
  const known = look.kind === 'up' ? look : look.before;
  const newest = known?.dumps.toSorted((a, b) => Date.parse(b.endedAt) - Date.parse(a.endedAt))[0];
  return {
    agent: {
      state: look.kind === 'up' ? 'up' : 'unreachable',
      detail: look.kind === 'up' ? null : look.detail,
      services: known?.status.services ?? [],
      // Of an agent that does not answer nobody knows how full its disk has become.
      ...(look.kind === 'up' ? databaseOf(look, newest?.bytes ?? 0) : {}),
    },
    newestDump: newest
      ? { server, name: newest.name, method: newest.method, bytes: newest.bytes, endedAt: newest.endedAt }
      : null,
    dumpFailures: (known?.status.backups.failures ?? []).filter(
      ({ work, at }) =>
        // What it has and what failed are two answers: a backup that came between them ends the failure.
        !known?.dumps.some((one) => workOf(one.method) === work && Date.parse(one.endedAt) > Date.parse(at)),
    ),
    badDumps: standingBad(known?.dumps ?? []).map(({ name, verified }) => ({
      name,
      at: verified?.at ?? '',
      text: verified?.text ?? '',
    })),
    dumpsScheduled: known !== null && known.status.backups.nextAt !== null,
  };
}

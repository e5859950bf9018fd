import type { AgentStatus } from '../contract/agent.ts';
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
  };
}

/** What a snapshot shows of an agent. */
export function agentFacts(server: string, look: AgentLook): AgentFacts {
  const known = look.kind === 'up' ? look : look.before;
  const failure = known?.status.backups.lastFailure ?? null;
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
    dumpFailure:
      failure !== null && !(newest && Date.parse(newest.endedAt) > Date.parse(failure.at))
        ? { at: Date.parse(failure.at), text: failure.text }
        : null,
    dumpsScheduled: known !== null && known.status.backups.nextAt !== null,
  };
}

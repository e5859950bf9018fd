import type { AuditEntry } from '../../server/contract/access.ts';
import type { Operation } from '../../server/contract/operation.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { addSamples, type Samples } from './samples.ts';

export type LostCause = 'cut' | 'silent' | 'unreachable' | 'failing';

/** How this page stands with the console. */
export type Connection =
  { kind: 'connecting' } | { kind: 'live' } | { kind: 'lost'; cause: LostCause } | { kind: 'signed-out' };

/** All that a page knows of the world. Replaced, never changed. */
export interface LiveState {
  connection: Connection;
  /** The console's clock when something was last heard, milliseconds. */
  lastHeardMs: number;
  clusters: readonly ClusterSnapshot[];
  /** Operations that changed since the page was opened, by id. */
  operations: Readonly<Record<string, Operation>>;
  /** What was added to the audit since the page was opened, newest first. */
  audit: readonly AuditEntry[];
  /** The last minutes of each server, for its trend. */
  samples: Samples;
}

export type LiveMessage =
  | { kind: 'connection'; connection: Connection }
  | { kind: 'snapshot'; value: ClusterSnapshot; heardMs: number }
  | { kind: 'clusters'; value: readonly ClusterSnapshot[]; heardMs: number }
  | { kind: 'operation'; value: Operation; heardMs: number }
  | { kind: 'audit'; value: AuditEntry; heardMs: number };

const auditKept = 200;

export function firstState(clusters: readonly ClusterSnapshot[], nowMs: number): LiveState {
  return { connection: { kind: 'connecting' }, lastHeardMs: nowMs, clusters, operations: {}, audit: [], samples: {} };
}

/** What the page knows after a message. */
export function afterMessage(state: LiveState, message: LiveMessage): LiveState {
  switch (message.kind) {
    case 'connection':
      return { ...state, connection: message.connection };
    case 'snapshot':
      return withSnapshot({ ...state, lastHeardMs: message.heardMs }, message.value);
    case 'clusters':
      return { ...state, lastHeardMs: message.heardMs, clusters: message.value };
    case 'operation':
      return {
        ...state,
        lastHeardMs: message.heardMs,
        operations: { ...state.operations, [message.value.id]: message.value },
      };
    case 'audit':
      break;
  }
  return { ...state, lastHeardMs: message.heardMs, audit: withEntry(state.audit, message.value) };
}

/** A snapshot takes its cluster's place, so that the order on the page stays; an older one is not let in. */
function withSnapshot(state: LiveState, value: ClusterSnapshot): LiveState {
  const known = state.clusters.find((cluster) => cluster.name === value.name);
  if (known !== undefined && known.observedAt > value.observedAt) return state;
  const clusters =
    known === undefined
      ? [...state.clusters, value]
      : state.clusters.map((cluster) => (cluster.name === value.name ? value : cluster));
  return { ...state, clusters, samples: addSamples(state.samples, value) };
}

function withEntry(entries: readonly AuditEntry[], entry: AuditEntry): readonly AuditEntry[] {
  return entries.some((known) => known.id === entry.id) ? entries : [entry, ...entries].slice(0, auditKept);
}

/**
 * After how much silence the page takes contact for lost, milliseconds: snapshots come with each poll, and each second
 * at least. Null where no cluster is watched, since then nothing is to be heard.
 */
export function silenceLimitMs(clusters: readonly ClusterSnapshot[]): number | null {
  if (clusters.length === 0) return null;
  const fastest = Math.min(...clusters.map((cluster) => cluster.pollSeconds));
  return Math.max(4000, (3 * fastest + 1) * 1000);
}

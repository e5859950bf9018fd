import { ZERO_HISTORY, type NodeStatus } from '../contract/galera-status.ts';
import type { Verdict } from './verdict.ts';

/** What a node says of itself, as one line for monitoring; null: it runs without Galera. */
export function judgeGalera(status: NodeStatus | null): Verdict {
  if (status === null) return critical('runs without Galera (wsrep_on is off)');
  const { clusterStatus, localState, clusterSize, lastCommitted, stateUuid, ready } = status;
  if (localState === 'Inconsistent') return critical('has other rows than the cluster and was put out of it');
  if (clusterStatus !== 'primary') return critical(`is ${clusterStatus} (${localState}): it refuses every statement`);
  if (stateUuid === ZERO_HISTORY) return critical('is Primary without a history: stop writes and compare the nodes');
  const standing = `is Primary, ${localState}, one of ${clusterSize}, at ${lastCommitted}`;
  if (!ready) return critical(`${standing}, and takes no statements (wsrep_ready is off)`);
  return { level: localState === 'Synced' ? 'ok' : 'warning', text: standing };
}

const critical = (text: string): Verdict => ({ level: 'critical', text });

import type { NodeStatus } from '../../contract/galera-status.ts';
import { isSynced } from './context.ts';
import { primaryComponents } from '../../topology/primary-components.ts';

/** What is not as it should be, in a sentence; null where all is. */
export function wrongWith(
  found: readonly { readonly name: string; readonly status: NodeStatus | null }[],
  uuid: string,
): string | null {
  const answering = found.flatMap(({ name, status }) => (status ? [{ name, status }] : []));
  const silent = found.filter(({ status }) => status === null);
  if (silent.length > 0) return `${silent.map(({ name }) => name).join(' and ')} does not answer`;
  const apart = answering.find(({ status }) => !isSynced(status));
  if (apart) return `${apart.name} is ${apart.status.clusterStatus}, ${apart.status.localState}`;
  const other = answering.find(({ status }) => status.stateUuid !== uuid);
  if (other) return `${other.name} is in the history ${other.status.stateUuid}`;
  if (primaryComponents(answering).length > 1) return 'there is more than one Primary component';
  const size = answering.find(({ status }) => status.clusterSize !== found.length);
  return size ? `${size.name} counts ${size.status.clusterSize} members, and ${found.length} are meant` : null;
}

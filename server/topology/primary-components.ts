import type { NodeStatus } from '../contract/galera-status.ts';

interface Member {
  readonly name: string;
  readonly status: NodeStatus;
}

/**
 * The Primary components among nodes that are Primary, by membership: after a split both sides have the same uuid, view
 * number and position (measured), and only who is in whose component tells them apart. In the middle of a change of view
 * one member may list the other and not the other way round: that is one component.
 */
export function primaryComponents(primaries: readonly Member[]): string[][] {
  const components: Member[][] = [];
  for (const member of primaries) {
    const [first, ...others] = components.filter((component) => component.some((one) => together(one, member)));
    if (!first) {
      components.push([member]);
      continue;
    }
    first.push(member, ...others.flat());
    for (const other of others) components.splice(components.indexOf(other), 1);
  }
  return components.map((component) => component.map(({ name }) => name));
}

function together(a: Member, b: Member): boolean {
  // Who can't list its members is taken to be where the size of its component has room for both.
  if (a.status.members.length === 0 || b.status.members.length === 0)
    return a.status.clusterSize > 1 && a.status.clusterSize === b.status.clusterSize;
  return a.status.members.includes(b.status.ownId) || b.status.members.includes(a.status.ownId);
}

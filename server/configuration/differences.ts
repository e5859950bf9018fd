import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../contract/configuration.ts';

/** What a new configuration changes; names of clusters, and of the fields of console: and agent:. */
export interface Differences {
  clusters: { added: string[]; removed: string[]; changed: string[] };
  console: string[];
  agent: string[];
}

/** Compares two configurations; what is equal in meaning (a default written out) is no difference. */
export function differences(before: Configuration, after: Configuration): Differences {
  const names = Object.keys(after.clusters);
  return {
    clusters: {
      added: names.filter((name) => !Object.hasOwn(before.clusters, name)),
      removed: Object.keys(before.clusters).filter((name) => !Object.hasOwn(after.clusters, name)),
      changed: names.filter(
        (name) =>
          Object.hasOwn(before.clusters, name) && !isDeepStrictEqual(before.clusters[name], after.clusters[name]),
      ),
    },
    console: changedFields(before.console, after.console),
    agent: changedFields(before.agent, after.agent),
  };
}

/** True when nothing changed. */
export function isSame({ clusters, console, agent }: Differences): boolean {
  return [clusters.added, clusters.removed, clusters.changed, console, agent].every((names) => names.length === 0);
}

function changedFields<Section extends object>(before: Section | undefined, after: Section | undefined): string[] {
  const old = new Map(Object.entries(before ?? {}));
  const now = new Map(Object.entries(after ?? {}));
  return [...new Set([...old.keys(), ...now.keys()])].filter((key) => !isDeepStrictEqual(old.get(key), now.get(key)));
}

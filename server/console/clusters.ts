import { BatonError } from '../contract/errors.ts';
import type { Cluster } from './cluster.ts';

/** The clusters that are configured now, in the order of the configuration. */
export class Clusters {
  readonly #clusters = new Map<string, Cluster>();

  all(): Cluster[] {
    return [...this.#clusters.values()];
  }

  find(name: string): Cluster | null {
    return this.#clusters.get(name) ?? null;
  }

  /** Throws BatonError not-found with the known names. */
  get(name: string): Cluster {
    const cluster = this.#clusters.get(name);
    if (cluster) return cluster;
    throw unknown('cluster', name, [...this.#clusters.keys()]);
  }

  put(cluster: Cluster): void {
    this.#clusters.set(cluster.name, cluster);
  }

  remove(name: string): void {
    this.#clusters.delete(name);
  }
}

/** Throws BatonError not-found with the known names where the cluster has no server of that name. */
export function requireServer(cluster: Cluster, name: string): void {
  const known = Object.keys(cluster.configuration.servers);
  if (!known.includes(name)) throw unknown('server', name, known);
}

function unknown(what: string, name: string, known: readonly string[]): BatonError {
  const next = known.length === 0 ? '' : `Known: ${known.join(', ')}.`;
  return new BatonError('not-found', `There is no ${what} "${name}".`, next, { known });
}

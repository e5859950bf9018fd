import { Keeper } from './keeper.ts';
import type { Observation } from './observation.ts';
import type { KnownServer, RoleMemory, Roles } from './roles.ts';
import { ServerRecord } from './server-record.ts';
import { knownServer, type ServerView, type WatchedServer } from './view.ts';

/**
 * What the watch of one cluster has gathered: each server's looks, who is what, and through its keeper what outlives them.
 * `onPrimary` is told each time the primary was read.
 */
export class ClusterState {
  readonly #records: ReadonlyMap<string, ServerRecord>;
  readonly #keeper: Keeper;
  readonly #resolve: (known: readonly KnownServer[], memory: RoleMemory) => Roles;
  readonly #onPrimary: (name: string) => void;
  #roles: Roles | null = null;
  #itsReplicas = new Set<string>();

  constructor(
    servers: readonly WatchedServer[],
    keeper: Keeper,
    resolve: (known: readonly KnownServer[], memory: RoleMemory) => Roles,
    onPrimary: (name: string) => void,
  ) {
    this.#records = new Map(servers.map((server) => [server.name, new ServerRecord(server)]));
    this.#keeper = keeper;
    this.#resolve = resolve;
    this.#onPrimary = onPrimary;
  }

  record(name: string): ServerRecord | undefined {
    return this.#records.get(name);
  }

  views(): ServerView[] {
    return [...this.#records.values()].map((record) => record.view());
  }

  roleMemory(): RoleMemory {
    const { primary, detached } = this.#keeper;
    return { lastPrimary: primary?.name ?? null, detached, itsReplicas: this.#itsReplicas };
  }

  /** A look at a server landed. */
  landed(name: string, observation: Observation): void {
    this.#records.get(name)?.landed(observation);
    // Until each server was looked at once, who is the primary would be a guess from half of the evidence.
    if ([...this.#records.values()].every((record) => record.last !== null)) this.#judge(name);
  }

  #judge(landed: string): void {
    const before = this.#roles;
    const roles = this.#resolve(this.views().map(knownServer), this.roleMemory());
    this.#roles = roles;
    const changed = before?.primary !== roles.primary;
    if (changed) {
      this.#itsReplicas = new Set();
      for (const record of this.#records.values()) record.forgetComparison();
    }
    for (const [name, role] of roles.roleOf) {
      if (role === 'replica') this.#itsReplicas.add(name);
      this.#keeper.seenAs(name, role);
    }
    if (roles.primary !== null && (changed || landed === roles.primary)) this.#readPrimary(roles.primary);
  }

  #readPrimary(name: string): void {
    const primary = this.#records.get(name);
    if (!primary?.up || primary.last?.kind !== 'up') return;
    this.#keeper.seen(name, primary.up);
    for (const other of this.#records.values()) if (other !== primary) other.compare(primary.up);
    this.#onPrimary(name);
  }
}

import type { Logger } from 'pino';
import { AgentClient } from '../agent/client.ts';
import type { AgentStatus } from '../contract/agent.ts';
import type { Dump, DumpCatalogue } from '../contract/dumps.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import type { SecureClient } from '../tls/secure-client.ts';
import type { AgentFacts } from '../topology/view.ts';
import { agentFacts, type AgentLook } from './agent-facts.ts';

/** Each on its own timer: one that is down delays no other. A page that waits for a dump's end sees it within this time. */
const pollMs = 2_000;

export interface AgentServer {
  readonly name: string;
  readonly url: string;
  /** How an https address is known; absent: as the system does. */
  readonly secure?: SecureClient;
}

/** The agents of one cluster: asked again and again, so that no request and no snapshot waits for them. */
export class ClusterAgents {
  readonly #clients = new Map<string, AgentClient>();
  readonly #looks = new Map<string, AgentLook>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #servers: readonly string[];
  readonly #logger: Logger;
  readonly #onFacts: (server: string, facts: AgentFacts) => void;
  #closed = false;

  constructor(parts: {
    /** Every server of the cluster, in the order of the configuration. */
    servers: readonly string[];
    agents: readonly AgentServer[];
    token: string;
    /** By server: clients of before that go on, in the place of new ones. */
    known?: ReadonlyMap<string, AgentClient>;
    logger: Logger;
    /** Told after each look what a snapshot shows of the agent, also that it does not answer. */
    onFacts: (server: string, facts: AgentFacts) => void;
  }) {
    this.#servers = parts.servers;
    this.#logger = parts.logger;
    this.#onFacts = parts.onFacts;
    for (const { name, ...address } of parts.agents) {
      const client = parts.known?.get(name) ?? new AgentClient({ server: name, token: parts.token, ...address });
      this.#clients.set(name, client);
      this.#looks.set(name, { kind: 'unreachable', detail: 'not asked yet', before: null });
    }
  }

  /** Begins to ask. */
  start(): void {
    for (const server of this.#clients.keys()) void this.#look(server);
  }

  /** The client of a server's agent, or null where it has none. */
  client(server: string): AgentClient | null {
    return this.#clients.get(server) ?? null;
  }

  /** As client; rejects with BatonError where there is none. */
  clientOf(server: string): AgentClient {
    const client = this.#clients.get(server);
    if (client) return client;
    throw new BatonError(
      'unavailable',
      `${server} has no agent.`,
      `Configure one: clusters.….servers.${server}.agent.`,
    );
  }

  /** Dumps of all servers, newest first. Those of an agent that does not answer now are listed as last seen. */
  dumps(): Dump[] {
    return [...this.#looks.values()]
      .flatMap((look) => (look.kind === 'up' ? look.dumps : (look.before?.dumps ?? [])))
      .toSorted((a, b) => Date.parse(b.endedAt) - Date.parse(a.endedAt));
  }

  /** Of every server: is there an agent, when is the next dump, what runs. */
  states(): DumpCatalogue['servers'] {
    return this.#servers.map((server) => {
      const look = this.#looks.get(server);
      if (look?.kind !== 'up') {
        const detail = look ? look.detail : null;
        const unknown = { nextAt: null, running: null, methods: [], verifying: null, lastFailure: null, failures: [] };
        return { server, agent: look ? 'unreachable' : 'none', detail, ...unknown };
      }
      const { nextAt, running, methods, verifying, lastFailure, failures } = look.status.backups;
      const now = running && { startedAt: running.startedAt, bytes: running.bytes, method: running.method };
      return { server, agent: 'up', detail: null, nextAt, running: now, methods, verifying, lastFailure, failures };
    });
  }

  /** Asks one agent now: something was just changed there. */
  async refresh(server: string): Promise<void> {
    if (this.#clients.has(server)) await this.#look(server);
  }

  /** By server. */
  get clients(): ReadonlyMap<string, AgentClient> {
    return this.#clients;
  }

  /** Ends the asking, and closes the clients but those that others go on with. */
  close(handedOver: ReadonlySet<AgentClient> = new Set()): void {
    this.#closed = true;
    this.#timers.forEach((timer) => clearTimeout(timer));
    for (const client of this.#clients.values()) if (!handedOver.has(client)) client.close();
  }

  async #look(server: string): Promise<void> {
    clearTimeout(this.#timers.get(server));
    const before = this.#looks.get(server) ?? null;
    const next = await this.#ask(server, before);
    if (this.#closed) return;
    if (before?.kind !== next.kind) this.#logger.info({ server, agent: next.kind }, 'agent');
    this.#looks.set(server, next);
    this.#onFacts(server, agentFacts(server, next));
    clearTimeout(this.#timers.get(server));
    this.#timers.set(
      server,
      setTimeout(() => void this.#look(server), pollMs),
    );
  }

  async #ask(server: string, before: AgentLook | null): Promise<AgentLook> {
    const client = this.clientOf(server);
    try {
      const status: AgentStatus = await client.status();
      // A dump is known by the server whose agent keeps it, whatever its manifest calls that server.
      const dumps = (await client.backups()).map((dump) => ({ ...dump, server }));
      return { kind: 'up', status, dumps };
    } catch (error) {
      const detail = messageOf(error);
      return { kind: 'unreachable', detail, before: before?.kind === 'up' ? before : (before?.before ?? null) };
    }
  }
}

import type { z } from 'zod';
import {
  galeraAnswer,
  grastateChanged,
  nodeWork,
  tableChecksums,
  transfer,
  type GaleraAnswer,
  type GrastateChange,
  type GrastateChanged,
  type NodeWork,
  type StartRequest,
  type TableChecksums,
  type Transfer,
} from '../contract/galera-agent.ts';
import type { GaleraAgent } from '../galera/agent.ts';

/** Looking at a node that is frozen takes the agent's own time-outs. */
const lookTimeoutMs = 5_000;
const makePrimaryTimeoutMs = 20_000;

/** The part of an agent's client that is about its Galera node. */
export class GaleraClient implements GaleraAgent {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async evidence(): Promise<GaleraAnswer> {
    return await this.#ask('/v1/galera/evidence', null, galeraAnswer, lookTimeoutMs);
  }

  async position(timeoutMs: number): Promise<GaleraAnswer> {
    return await this.#ask('/v1/galera/position', {}, galeraAnswer, Math.max(1, Math.ceil(timeoutMs)));
  }

  async changeGrastate(change: GrastateChange): Promise<GrastateChanged> {
    return await this.#ask('/v1/galera/grastate', change, grastateChanged, lookTimeoutMs);
  }

  async clearSwitches(): Promise<GaleraAnswer> {
    return await this.#ask('/v1/galera/switches', {}, galeraAnswer, lookTimeoutMs);
  }

  async keepDown(): Promise<GaleraAnswer> {
    return await this.#ask('/v1/galera/keep', {}, galeraAnswer, lookTimeoutMs);
  }

  async start(request: StartRequest): Promise<NodeWork> {
    return await this.#ask('/v1/galera/start', request, nodeWork, lookTimeoutMs);
  }

  async stop(kill: boolean): Promise<NodeWork> {
    return await this.#ask('/v1/galera/stop', { kill }, nodeWork, lookTimeoutMs);
  }

  async checksums(budgetMs: number): Promise<TableChecksums> {
    const path = `/v1/galera/checksums?ms=${Math.ceil(budgetMs)}`;
    return await this.#ask(path, null, tableChecksums, budgetMs + lookTimeoutMs);
  }

  async transfer(): Promise<Transfer> {
    return await this.#ask('/v1/galera/transfer', null, transfer, lookTimeoutMs);
  }

  async makePrimary(): Promise<GaleraAnswer> {
    return await this.#ask('/v1/galera/primary', {}, galeraAnswer, makePrimaryTimeoutMs);
  }
}

/** Asks the agent: by GET where there is no body. */
export type Ask = <T>(path: string, body: object | null, schema: z.ZodType<T>, timeoutMs: number) => Promise<T>;

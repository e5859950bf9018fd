import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { operation, type Operation } from '../../server/contract/operation.ts';
import { clusterSnapshot, type ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { takeoverAnswer, takeoverPlan, type TakeoverPlan } from '../../server/contract/takeover.ts';
import type { DemoFile } from './running-demo.ts';

/** The HTTP API as a script uses it: a token, JSON, no library. */
export class ConsoleClient {
  readonly #base: string;
  readonly #token: string;

  constructor(file: DemoFile) {
    this.#base = `${file.console.url.replace(/\/$/, '')}/api/v1`;
    this.#token = file.console.token;
  }

  /** The answer's status and body as the server sent it. */
  async ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<{ status: number; json: unknown }> {
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: JSON.parse(text === '' ? 'null' : text) };
  }

  /** The body, checked against the contract. Throws on any other status. */
  async expect<S extends z.ZodType>(
    schema: S,
    status: number,
    ...request: Parameters<ConsoleClient['ask']>
  ): Promise<z.output<S>> {
    const answer = await this.ask(...request);
    if (answer.status !== status) throw new Error(`${request.join(' ')}: ${JSON.stringify(answer)}`);
    return schema.parse(answer.json);
  }

  async cluster(name = 'erp5'): Promise<ClusterSnapshot> {
    return await this.expect(clusterSnapshot, 200, 'GET', `/clusters/${name}`);
  }

  /** Resolves with the first snapshot for which the condition holds; throws with the last one after timeoutMs. */
  async until(condition: (snapshot: ClusterSnapshot) => boolean, timeoutMs = 30_000): Promise<ClusterSnapshot> {
    const startedAt = performance.now();
    for (;;) {
      const snapshot = await this.cluster();
      if (condition(snapshot)) return snapshot;
      if (performance.now() - startedAt > timeoutMs) {
        throw new Error(`not within ${timeoutMs} ms: ${JSON.stringify(snapshot, null, 1)}`);
      }
      await delay(50);
    }
  }

  async plan(target: string, kind?: string): Promise<TakeoverPlan> {
    const request = { target, ...(kind === undefined ? {} : { kind }) };
    return await this.expect(takeoverPlan, 200, 'POST', '/clusters/erp5/takeover-plans', request);
  }

  /** Plans, starts and follows a takeover to its end. */
  async promote(
    target: string,
    options: { kind?: string; accept?: string[]; confirm?: string } = {},
  ): Promise<Operation> {
    const { kind, ...consent } = options;
    const { id: planId } = await this.plan(target, kind);
    const request = { planId, ...consent };
    const { operationId } = await this.expect(takeoverAnswer, 202, 'POST', '/clusters/erp5/takeovers', request);
    return await this.ended(operationId);
  }

  async ended(id: string, timeoutMs = 90_000): Promise<Operation> {
    const startedAt = performance.now();
    for (;;) {
      // Nothing ends at once, and a console that is asked meanwhile has less time for its work.
      await delay(50);
      const view = await this.expect(operation, 200, 'GET', `/operations/${id}`);
      if (view.outcome !== null) return view;
      if (performance.now() - startedAt > timeoutMs) throw new Error(`still running: ${JSON.stringify(view, null, 1)}`);
    }
  }
}

import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Engine } from '../console/engine.ts';
import { BatonError } from '../contract/errors.ts';
import type { Operation } from '../contract/operation.ts';
import { encodeEvent } from './event-text.ts';
import type { Visitor } from './gate.ts';
import { sendHead } from './send-head.ts';

/** Below the shortest idle limit of common proxies (nginx: 60 s), and often enough to notice a dead peer. */
const pingMs = 15_000;
const recheckMs = 60_000;
/** What may wait for a client that does not read: some minutes of snapshots. More, and it is cut off; it will come back. */
const maxWaitingBytes = 1024 * 1024;
/** A browser has one for all its tabs, a script one for each operation. What each may have waiting adds up. */
const maxPerActor = 64;

interface Stream {
  readonly visitor: Visitor;
  readonly raw: ServerResponse;
}

/** The open event streams of the console. */
export interface EventStreams {
  open(reply: FastifyReply, visitor: Visitor, lastId: number | null): void;
  /** Sends the operation as it is, then each change of it; ends with the operation. */
  openOperation(reply: FastifyReply, visitor: Visitor, id: string): Promise<void>;
  /** Ends those whose visitor may listen no longer. */
  recheck(): Promise<void>;
  count(): number;
  close(): void;
}

/** No stream yet; `limits` are for tests. Close it, or its timers go on. */
export function createEventStreams(
  engine: Engine,
  limits: { pingMs?: number; recheckMs?: number; maxWaitingBytes?: number } = {},
): EventStreams {
  const streams = new Set<Stream>();
  const most = limits.maxWaitingBytes ?? maxWaitingBytes;

  const send = (raw: ServerResponse, bytes: Buffer | string): void => {
    if (raw.destroyed || raw.writableEnded) return;
    raw.write(bytes);
    if (raw.writableLength > most) raw.destroy();
  };
  const refuseMore = ({ actor }: Visitor): void => {
    const open = [...streams].filter(({ visitor }) => visitor.actor.name === actor.name).length;
    if (open < maxPerActor) return;
    throw new BatonError('slow-down', `${actor.name} has ${open} event streams open.`, 'Close one.', {
      retryAfterSeconds: 30,
    });
  };
  const start = (reply: FastifyReply, visitor: Visitor): Stream => {
    const raw = sendHead(reply, 200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    raw.write('retry: 2000\n\n');
    const stream = { visitor, raw };
    streams.add(stream);
    return stream;
  };
  const whenClosed = (stream: Stream, unsubscribe: () => void): void => {
    const forget = (): void => {
      streams.delete(stream);
      unsubscribe();
    };
    // Who left while we looked who it was has closed already, and says so only once.
    if (stream.raw.destroyed) forget();
    else stream.raw.once('close', forget);
  };
  const recheck = async (): Promise<void> => {
    await Promise.all(
      [...streams].map(async ({ visitor, raw }) => {
        // A store that can't be read proves nothing against the visitor.
        if (!(await visitor.stillGood().catch(() => true))) raw.end();
      }),
    );
  };

  const pinger = setInterval(() => streams.forEach(({ raw }) => send(raw, ': ping\n\n')), limits.pingMs ?? pingMs);
  const rechecker = setInterval(() => void recheck(), limits.recheckMs ?? recheckMs);
  pinger.unref();
  rechecker.unref();

  return {
    open(reply, visitor, lastId) {
      refuseMore(visitor);
      // Subscribed before the head is sent: who may not listen gets an error's status.
      const early: Buffer[] = [];
      let stream: Stream | null = null;
      const unsubscribe = engine.subscribe(visitor.actor, lastId, (entry) => {
        if (stream === null) early.push(encodeEvent(entry));
        else send(stream.raw, encodeEvent(entry));
      });
      stream = start(reply, visitor);
      early.forEach((bytes) => stream && send(stream.raw, bytes));
      whenClosed(stream, unsubscribe);
    },
    async openOperation(reply, visitor, id) {
      let newest: Operation | null = null;
      let tell: (operation: Operation) => void = (operation) => (newest = operation);
      const unsubscribe = engine.subscribe(visitor.actor, null, ({ event }) => {
        if (event.kind === 'operation' && event.value.id === id) tell(event.value);
      });
      let read: Operation;
      try {
        read = await engine.operation(visitor.actor, id);
        refuseMore(visitor);
      } catch (error) {
        unsubscribe();
        throw error;
      }
      const stream = start(reply, visitor);
      whenClosed(stream, unsubscribe);
      tell = (operation) => {
        send(stream.raw, `event: operation\ndata: ${JSON.stringify(operation)}\n\n`);
        if (operation.outcome !== null) stream.raw.end();
      };
      tell(newest ?? read);
    },
    recheck,
    count: () => streams.size,
    close() {
      clearInterval(pinger);
      clearInterval(rechecker);
      streams.forEach(({ raw }) => raw.end());
    },
  };
}

'use client';

import { createContext, useContext, useEffect, useRef, useState, type ReactNode } from 'react';
import type { Session } from '../../server/contract/access.ts';
import { getClusters } from '../../server/contract/client.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { makeConsoleClock } from './clock.ts';
import { joinEventStream, type EventStream, type StreamMessage } from './event-stream.ts';
import { silenceLimitMs, type LiveMessage } from './live-state.ts';
import { makeLiveStore, type LiveStore } from './live-store.ts';
import { onTick } from './ticker.ts';

export interface Live {
  store: LiveStore;
  session: Session;
  /** The console's clock when the page was rendered: what the first paint counts its ages from. */
  renderedAtMs: number;
  /** Asks for contact now instead of at the next try. */
  retry: () => void;
  /** Tells every tab of this browser that the session has ended. */
  signedOut: () => void;
}

const LiveContext = createContext<Live | null>(null);

export function useLiveContext(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error('Outside of a page that is signed in.');
  return live;
}

/** Holds what the pages know: first what the server rendered, then what the event stream tells. */
export function LiveProvider({
  session,
  clusters,
  renderedAtMs,
  children,
}: {
  session: Session;
  clusters: ClusterSnapshot[];
  renderedAtMs: number;
  children: ReactNode;
}) {
  const [store] = useState(() => makeLiveStore(clusters, makeConsoleClock(renderedAtMs, firstByteMs()), renderedAtMs));
  const stream = useRef<EventStream | null>(null);

  useEffect(() => {
    const silenceMs = silenceLimitMs(store.state().clusters);
    const watch = watchSilence(store, silenceMs);
    const joined = joinEventStream({ username: session.username, silenceMs }, (message) => {
      watch.heard();
      receive(store, message);
    });
    stream.current = joined;
    return () => {
      watch.close();
      joined.close();
    };
  }, [store, session.username]);

  const [live] = useState<Live>(() => ({
    store,
    session,
    renderedAtMs,
    retry: () => stream.current?.retry(),
    signedOut: () => stream.current?.signedOut(),
  }));
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** When the page's first byte arrived, on the steady clock: the console's clock was `renderedAtMs` shortly before. */
function firstByteMs(): number {
  if (typeof window === 'undefined') return 0;
  const [navigation] = performance.getEntriesByType('navigation');
  return navigation instanceof PerformanceNavigationTiming ? navigation.responseStart : performance.now();
}

function receive(store: LiveStore, message: StreamMessage): void {
  if (message.kind === 'state') {
    const wasLost = store.state().connection.kind === 'lost';
    store.send({ kind: 'connection', connection: message.state });
    if (wasLost && message.state.kind === 'live') void readAgain(store);
    return;
  }
  const steadyMs = performance.now();
  const value = JSON.parse(message.data);
  if (message.event === 'snapshot') store.clock.heard(Date.parse(value.observedAt), steadyMs);
  const event: LiveMessage = { kind: message.event, value, heardMs: store.clock.now(steadyMs) };
  store.send(event);
}

/** After a loss events were missed: a cluster may be gone from the configuration. */
async function readAgain(store: LiveStore): Promise<void> {
  const answer = await getClusters();
  if (answer.kind !== 'ok') return;
  store.send({ kind: 'clusters', value: answer.value, heardMs: store.clock.now(performance.now()) });
}

/** The worker watches the stream; this watches the worker. A computer that slept gets a fresh start. */
function watchSilence(store: LiveStore, limitMs: number | null): { heard(): void; close(): void } {
  let heardMs = performance.now();
  let tickedMs = heardMs;
  const close = onTick(() => {
    const nowMs = performance.now();
    if (nowMs - tickedMs > 2000) heardMs = nowMs;
    tickedMs = nowMs;
    if (limitMs === null || nowMs - heardMs <= limitMs + 1500) return;
    if (store.state().connection.kind !== 'live') return;
    store.send({ kind: 'connection', connection: { kind: 'lost', cause: 'silent' } });
  });
  return {
    heard: () => {
      heardMs = performance.now();
    },
    close,
  };
}

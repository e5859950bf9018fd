import type { AuditEntry } from '../../server/contract/access.ts';
import type { Operation } from '../../server/contract/operation.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import type { Connection } from './live-state.ts';

/** What public/events-worker.js sends to a tab. */
export type StreamMessage =
  { kind: 'state'; state: Connection } | { kind: 'event'; event: 'snapshot' | 'operation' | 'audit'; data: string };

export type StreamEvent =
  | { kind: 'snapshot'; value: ClusterSnapshot }
  | { kind: 'operation'; value: Operation }
  | { kind: 'audit'; value: AuditEntry };

export interface EventStream {
  retry(): void;
  signedOut(): void;
  close(): void;
}

const address = '/events-worker.js';

/**
 * Joins the browser's one event stream; where there are no shared workers (Chrome on Android), a worker of this tab.
 * `silenceMs`: how long nothing may be heard before the stream is taken for dead; null for ever.
 */
export function joinEventStream(
  hello: { username: string; silenceMs: number | null },
  receive: (message: StreamMessage) => void,
): EventStream {
  const tab = openWorker(receive);
  tab.post({ kind: 'hello', ...hello });
  const leave = () => tab.post({ kind: 'bye' });
  const comeBack = (event: PageTransitionEvent) => {
    if (event.persisted) tab.post({ kind: 'hello', ...hello });
  };
  window.addEventListener('pagehide', leave);
  window.addEventListener('pageshow', comeBack);
  return {
    retry: () => tab.post({ kind: 'retry' }),
    signedOut: () => tab.post({ kind: 'signed-out' }),
    close() {
      window.removeEventListener('pagehide', leave);
      window.removeEventListener('pageshow', comeBack);
      leave();
      tab.close();
    },
  };
}

function openWorker(receive: (message: StreamMessage) => void): { post(message: unknown): void; close(): void } {
  const onmessage = (event: MessageEvent<StreamMessage>) => receive(event.data);
  if ('SharedWorker' in window) {
    const { port } = new SharedWorker(address, { name: 'baton-events' });
    port.addEventListener('message', onmessage);
    port.start();
    return { post: (message) => port.postMessage(message), close: () => port.close() };
  }
  const worker = new Worker(address);
  worker.addEventListener('message', onmessage);
  return { post: (message) => worker.postMessage(message), close: () => worker.terminate() };
}

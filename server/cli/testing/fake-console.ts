import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Answered {
  readonly status: number;
  readonly body?: unknown;
}

type Responder = (incoming: IncomingMessage, body: unknown, outgoing: ServerResponse) => Answered | null;

export interface FakeConsole {
  readonly url: string;
  /** "POST /clusters/erp5/takeovers", in the order they came. */
  readonly calls: readonly { readonly call: string; readonly body: unknown }[];
  close(): Promise<void>;
}

/**
 * For tests of what no real console does on demand: answers each "METHOD /path" (below /api/v1, without its query) as told;
 * null means that the responder writes the answer itself.
 */
export async function fakeConsole(routes: Readonly<Record<string, Responder>>): Promise<FakeConsole> {
  const calls: { call: string; body: unknown }[] = [];
  const server = createServer((incoming, outgoing) => {
    void respond(incoming, outgoing);
  });
  const respond = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    const path = new URL(incoming.url ?? '', 'http://fake').pathname.replace('/api/v1', '');
    const call = `${incoming.method} ${path}`;
    const body: unknown = text === '' ? null : JSON.parse(text);
    calls.push({ call, body });
    const answer = routes[call]?.(incoming, body, outgoing) ?? null;
    if (answer === null && routes[call] !== undefined) return;
    outgoing.writeHead(answer?.status ?? 404, { 'content-type': 'application/json' });
    outgoing.end(
      JSON.stringify(answer?.body ?? { error: { code: 'not-found', message: call, next: '', details: null } }),
    );
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

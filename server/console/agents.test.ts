import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { noBackups, type AgentStatus } from '../contract/agent.ts';
import { until } from '../sandbox/until.ts';
import type { AgentFacts } from '../topology/view.ts';
import { ClusterAgents } from './agents.ts';

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close().closeAllConnections());
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, server };
}

const status: AgentStatus = {
  version: '1',
  server: 'db-1',
  services: [],
  certificateProblems: [],
  database: { disk: null, readOnlyNext: null },
  backups: { ...noBackups, nextAt: '2026-11-21T01:00:00.000Z' },
};

test('an agent that hangs or is gone delays no other, is named, and keeps what it said last', async () => {
  const good = await serve((request, response) =>
    response.end(JSON.stringify(request.url === '/v1/status' ? status : { backups: [] })),
  );
  const hanging = await serve(() => undefined);
  const told = new Map<string, AgentFacts>();
  const agents = new ClusterAgents({
    servers: ['db-1', 'db-2', 'db-3'],
    agents: [
      { name: 'db-1', url: good.url },
      { name: 'db-2', url: hanging.url },
    ],
    token: 'token',
    logger: pino({ level: 'silent' }),
    onFacts: (server, facts) => void told.set(server, facts),
  });
  ends.push(() => agents.close());
  agents.start();

  await until(() => told.get('db-1')?.agent.state === 'up', { what: 'the good agent is told of' });
  expect([...told.keys()]).toEqual(['db-1']);

  hanging.server.closeAllConnections();
  await until(() => told.get('db-2')?.agent.state === 'unreachable', { what: 'the other is named' });
  expect(told.get('db-2')).toMatchObject({ agent: { detail: expect.stringContaining('db-2') }, dumpsScheduled: false });

  good.server.close().closeAllConnections();
  await agents.refresh('db-1');
  expect(told.get('db-1')).toMatchObject({ agent: { state: 'unreachable' }, dumpsScheduled: true });
  expect(agents.states().map(({ agent }) => agent)).toEqual(['unreachable', 'unreachable', 'none']);
});

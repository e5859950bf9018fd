import { AgentClient } from '../../../agent/client.ts';
import type { FollowUp, Operation } from '../../../contract/operation.ts';
import { followed } from '../../../sandbox/replication.ts';
import type { TestBaton } from '../../testing/baton.ts';
import type { Stage } from '../../testing/stage.ts';

/**
 * For tests: does what the report says is left to do, and nothing else, as its reader would: afterwards the cluster must be
 * whole. Throws at what says not clearly enough what to do.
 */
export async function doWhatIsLeft(stage: Stage, baton: TestBaton, view: Operation): Promise<void> {
  for (const left of view.followUps) {
    if (left.path === null) await byHand(stage, left);
    else await byRequest(stage, baton, view, left);
  }
}

async function byRequest(stage: Stage, baton: TestBaton, view: Operation, { path }: FollowUp): Promise<void> {
  const primary = view.kind === 'rejoin' ? stage.primary : view.target;
  const [, server = '', request = ''] = /\/servers\/([^/]+)\/(.+)$/.exec(path ?? '') ?? [];
  const [, service = '', act] = /^services\/([^/]+)\/(enable|disable|run)$/.exec(request) ?? [];
  const address = stage.plan.agents?.[server];
  if (!address) throw new Error(`${server} has no agent`);
  const agent = new AgentClient({ server, ...address });
  if (request === 'rejoin') {
    // It was not seen to follow, and has come to it since: who asks for the rejoin is told so.
    if ((await followed(stage.server(server)))?.port === stage.server(primary).port) return;
    const { outcome, summary } = await baton.rejoin(server);
    if (outcome !== 'succeeded') throw new Error(`the rejoin of ${server} that was left to do: ${summary}`);
  } else if (request === 'keep-read-only') await agent.persistReadOnly(server !== primary);
  else if (act === 'run') await agent.service(service, act);
  else if (act === 'enable' || act === 'disable') await agent.service(service, act);
  else throw new Error(`nobody knows ${path}`);
}

const alter = (status: string): string[] => ['SET SESSION sql_log_bin=0', `ALTER EVENT shop.daily ${status}`];

async function byHand(stage: Stage, { text, command }: FollowUp): Promise<void> {
  // Nothing is to be done but to wait.
  if (/ still runs on db-\d, and goes on without us: |: watch its lag\.$/.test(text)) return;
  const on = /on (db-\d) run:$/i.exec(text)?.[1];
  const enabled = /^Not every event of db-\d is enabled on (db-\d)/.exec(text)?.[1];
  const disabled = /^Events on (db-\d) are still enabled/.exec(text)?.[1];
  if (on && command) await stage.server(on).sql(...command.split('; '));
  else if (enabled) await stage.server(enabled).sql(...alter('ENABLE'));
  else if (disabled) await stage.server(disabled).sql(...alter('DISABLE ON SLAVE'));
  else throw new Error(`who reads "${text}" (${command}) does not know what to do`);
}

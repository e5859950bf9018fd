import { readFile } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { AgentClient } from '../../server/agent/client.ts';
import { ReturnNotes } from '../../server/console/return-notes.ts';
import { BatonError, messageOf } from '../../server/contract/errors.ts';
import type { Operation } from '../../server/contract/operation.ts';
import { rejoinPlan } from '../../server/contract/rejoin.ts';
import { startBaton } from '../../server/takeover/testing/baton.ts';
import type { Click, ConsolePlan, FromConsole, ToConsole } from './console-messages.ts';
import { StatementWatch } from './watch-statements.ts';

/** A console of a round: a process of its own, told by messages what to do. Run as: node console.ts PLAN.json */
const file = process.argv[2];
if (file === undefined) throw new Error('which plan?');
const plan: ConsolePlan = JSON.parse(await readFile(file, 'utf8'));
const tell = (message: FromConsole): void => void process.send?.(message);
const fail = (error: unknown): void => void process.stderr.write(`${messageOf(error)}\n`);
const statements = new StatementWatch(plan.stops, tell);
let { counts } = plan;
const running = new Set<string>();

const agents = new Map(
  Object.entries(plan.agents).map(([server, address]) => [server, new AgentClient({ server, ...address })]),
);

function onOperation(view: Operation): void {
  statements.counting = counts && view.outcome === null;
  for (const { id, state } of view.steps) {
    const name = `${view.id}/${id}`;
    if (!statements.counting || state !== 'running' || running.has(name)) continue;
    running.add(name);
    tell({ kind: 'step', step: id });
  }
  if (view.outcome === null) return;
  tell({ kind: 'ended', view });
  watching.returns?.ended(view);
}

const watching: { returns: ReturnNotes | null } = { returns: null };
const baton = await startBaton(plan.baton, {
  agent: (server) => agents.get(server) ?? null,
  onOperation,
  onConnection: (server, connection) => statements.watch(server, connection),
  // As the console does it.
  onSnapshot: (snapshot) => watching.returns?.seen(snapshot),
});
watching.returns = new ReturnNotes(baton.takeovers, fail);

async function begin(click: Click): Promise<string> {
  if (click.kind === 'promote') return await baton.begin(click.target, { kind: click.takeover, accept: click.accept });
  return (await baton.rejoins.start({ server: click.server, dryRun: false, setAside: false, actor: 'ana' }))
    .operationId;
}

/** How many transactions only that server has, where a rejoin was refused. */
function ownIn(error: unknown): number | null {
  const details = error instanceof BatonError ? error.details : null;
  const extra = rejoinPlan.pick({ extraTransactions: true }).safeParse(details);
  return extra.success ? (extra.data.extraTransactions?.count ?? null) : null;
}

async function obey(message: ToConsole): Promise<void> {
  switch (message.kind) {
    case 'click':
      try {
        tell({ kind: 'begun', id: await begin(message.click) });
      } catch (error) {
        tell({ kind: 'refused', refusal: { text: messageOf(error), own: ownIn(error) } });
      }
      return;
    case 'resume':
      try {
        const views = await baton.takeovers.resume();
        tell({ kind: 'resumed', ids: views.map(({ id }) => id) });
      } catch (error) {
        tell({ kind: 'resume-failed', text: messageOf(error) });
      }
      return;
    case 'cancel': {
      const operation = baton.operations.running('erp5');
      if (operation) await baton.operations.cancel(operation.id, 'chaos');
      return;
    }
    case 'count':
      counts = true;
      return;
    case 'go':
      statements.go(message.stop);
      return;
    case 'end-of': {
      // It may be in the store of a rival.
      const view = await baton.operations.get(message.id).catch(() => null);
      tell(view === null || view.outcome === null ? { kind: 'not-ended', id: message.id } : { kind: 'ended', view });
      return;
    }
    case 'look':
      await baton.watcher.lookNow();
      tell({
        kind: 'looked',
        look: { snapshot: baton.watcher.snapshot(), operations: await baton.operations.list({ limit: 10 }) },
      });
  }
}

// A console whose round is gone has nobody to serve.
process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToConsole) => void obey(message).catch(fail));
// It ends by kill -9, and would keep nothing.
flushCompileCache();
tell({ kind: 'ready' });

import type { ExtraTransactions, RejoinPlan } from '../../contract/rejoin.ts';
import type { PlannedStep } from '../../contract/takeover.ts';
import { changePrimary } from '../../mariadb/change-primary.ts';
import { stopWrites } from '../../mariadb/freeze.ts';
import { countTransactions, formatRanges, type GtidRange } from '../../mariadb/gtid.ts';
import { startReplication, stopReplication } from '../../mariadb/promote.ts';
import { addressText } from '../../contract/listen-address.ts';
import { answers } from '../classify.ts';
import type { PlannedServer } from '../plan-input.ts';
import { serverOf, sslFor, taskConnection, type Task, type TaskConnection } from '../task.ts';
import { rejoinChecks } from './rejoin-checks.ts';
import type { RejoinInput } from './rejoin-input.ts';
import { stepsOf } from '../steps-of.ts';
import { COPY_MS } from './copy-data.ts';

/** What the rejoin would do and what forbids it, and the task that it becomes (null: there is nobody to follow). */
export function planRejoin(
  input: RejoinInput,
  options: { readonly dryRun: boolean; readonly budgetSeconds: number; readonly reseedId: string },
): { readonly plan: RejoinPlan; readonly task: Task | null } {
  const { server, primary, snapshot, extra } = input;
  const checks = rejoinChecks(input);
  const task = primary === null ? null : taskOf(input, primary, options);
  return {
    task,
    plan: {
      cluster: snapshot.name,
      server: server.name,
      address: addressText(server),
      primary: primary?.name ?? null,
      checks,
      steps: task === null ? [] : plannedSteps(task),
      extraTransactions:
        primary === null || extra === null ? null : extraOf(server.name, primary.name, extra, input.at),
      blocked: checks.some(({ level }) => level === 'block'),
      setAside: input.copy !== null,
      // It replaces data: the name says whose.
      confirm: input.copy === null ? null : server.name,
      command: `baton rejoin ${snapshot.name}/${server.name}${input.copy === null ? '' : ' --set-aside'}`,
      observedAt: new Date(input.at).toISOString(),
    },
  };
}

/** The spans as the contract tells them. */
export function extraOf(server: string, primary: string, extra: readonly GtidRange[], at: number): ExtraTransactions {
  return {
    server,
    primary,
    count: countTransactions(extra),
    ranges: extra.map((range) => ({
      from: `${range.domain}-${range.server}-${range.from}`,
      to: `${range.domain}-${range.server}-${range.to}`,
      count: countTransactions([range]),
    })),
    text: formatRanges(extra),
    observedAt: new Date(at).toISOString(),
  };
}

function taskOf(
  { server, servers, snapshot, copy }: RejoinInput,
  primary: PlannedServer,
  { dryRun, budgetSeconds, reseedId }: Parameters<typeof planRejoin>[1],
): Task {
  const [own] = server.facts?.replication ?? [];
  return {
    cluster: snapshot.name,
    ...(copy === null ? { kind: 'rejoin' } : { kind: 'reseed', reseedId }),
    target: primary.name,
    oldPrimary: server.name,
    formerSource: own ? { host: own.host, port: own.port } : null,
    others: [],
    unreachable: [],
    servers: servers.map((one) => ({
      name: one.name,
      host: one.host,
      port: one.port,
      serverId: one.facts?.serverId ?? 0,
      // It takes the binary log's position as well: without one there is none to take.
      // A copy has no binary log of its own yet.
      demote: copy === null && one.facts?.capabilities.demoteToReplica === true && one.facts.logBin,
      reachable: answers(one),
      ...(one.replicationTls && { ssl: one.replicationTls }),
      connection: one === server ? (own ? taskConnection(own) : connectionLike(servers, primary)) : null,
    })),
    sources: [],
    accepted: [],
    dryRun,
    budgetMs: copy === null ? budgetSeconds * 1000 : COPY_MS,
    longWriteSeconds: 0,
    transactionsLost: null,
  };
}

/** How the others are connected to the primary (encryption above all); where there is no other, MariaDB's own defaults. */
function connectionLike(servers: readonly PlannedServer[], primary: PlannedServer): TaskConnection {
  const statuses = servers.flatMap(({ facts }) => facts?.replication ?? []);
  const like = statuses.find(
    ({ host, port, masterServerId }) =>
      (host === primary.host && port === primary.port) || masterServerId === primary.facts?.serverId,
  );
  if (like) return { ...taskConnection(like), delaySeconds: 0 };
  const ssl = { caFile: '', caPath: '', certificate: '', key: '', cipher: '', crl: '', crlPath: '' };
  return {
    name: '',
    user: '',
    connectRetrySeconds: 60,
    heartbeatPeriodSeconds: 30,
    delaySeconds: 0,
    ssl: { ...ssl, allowed: false, verifyServer: false },
  };
}

function plannedSteps(task: Task): PlannedStep[] {
  const { target, oldPrimary } = task;
  const server = oldPrimary ?? '';
  const like = serverOf(task, server).connection;
  const { host, port } = serverOf(task, target);
  const follow =
    like === null
      ? []
      : [
          ...(task.formerSource ? [stopReplication(like.name)] : []),
          changePrimary({
            ...like,
            ssl: sslFor(task, server, like),
            connection: like.name,
            user: '…',
            password: '',
            host,
            port,
            demote: serverOf(task, server).demote,
          }),
          startReplication(like.name),
        ].map(({ shown }) => shown);
  const texts: Readonly<Record<string, readonly [string, readonly string[]]>> = {
    lock: ['Takes the lock for takeovers on every reachable server.', []],
    record: ['Writes down the value of everything that may be touched.', []],
    hold: [
      `Shuts services and events on ${server}, stops its writes and ends its clients' sessions.`,
      [stopWrites(3).shown],
    ],
    export: [`Keeps what only ${server} has as SQL, by its agent.`, []],
    copy: [
      `Copies the data of ${target} beside those of ${server}, by mariadb-backup through both agents, and prepares them.`,
      [],
    ],
    swap: [
      `Stops ${server}, puts the copy in the place of its data, which are kept under another name, and starts it read-only.`,
      [],
    ],
    compare: [`Makes sure that ${target} has everything that ${server} has.`, []],
    follow: [
      `${server} follows ${target}, from ${task.kind === 'reseed' ? 'the position of the copy' : 'where it stands'}.`,
      follow,
    ],
    keep: [`read_only=1 is kept for the next start of ${server}, by its agent.`, []],
    verify: [`Looks whether ${server} is read-only, follows ${target} and comes level.`, []],
    report: ['Sums it up.', []],
  };
  return stepsOf(task).map(({ id, name, server: on, pointOfNoReturn }) => ({
    id,
    name,
    server: on,
    pointOfNoReturn: pointOfNoReturn === true,
    willRun: true,
    text: texts[id]?.[0] ?? '',
    statements: [...(texts[id]?.[1] ?? [])],
  }));
}

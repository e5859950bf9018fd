import type { ClusterSnapshot, ServerSnapshot } from '../../../contract/snapshot.ts';
import type { EventRow } from '../../../mariadb/events-move.ts';
import type { ExampleChange } from '../example-plan.ts';
import { blocksSwitchover, dead, warnsDetach, warnsFailover, warnsSwitchover, type CheckExample } from './example.ts';

const GIB = 1024 ** 3;
const TIB = 1024 * GIB;

const exampleEvent = (name: string): EventRow => ({
  schema: 'shop',
  name,
  definer: 'shop@%',
  status: 'ENABLED',
  sqlMode: '',
  characterSetClient: 'utf8mb4',
  collationConnection: 'utf8mb4_general_ci',
  rest: '',
  overdue: false,
});

/** Every server's agent says this as well. */
const agents = (
  change: Partial<ServerSnapshot['agent']> | ((name: string) => Partial<ServerSnapshot['agent']>),
): ExampleChange => ({
  snapshot: (snapshot) => ({
    ...snapshot,
    servers: snapshot.servers.map((server) => ({
      ...server,
      agent: { ...server.agent, ...(typeof change === 'function' ? change(server.name) : change) },
    })),
  }),
});
const disk = (freeBytes: number): ExampleChange =>
  agents({ disk: { data: { freeBytes, totalBytes: TIB }, backups: null } });
const backupDisk = (freeBytes: number): ExampleChange =>
  agents({ disk: { data: null, backups: { freeBytes, newestDumpBytes: 4 * GIB } } });
const configured = (of: Readonly<Record<string, boolean>>): ExampleChange =>
  agents((name) => ({ readOnlyNext: of[name] ?? null }));
const dump = (newestDump: ClusterSnapshot['newestDump']): ExampleChange => ({
  snapshot: (snapshot) => ({ ...snapshot, newestDump }),
});
const noMove =
  'REPLICATION SLAVE ADMIN, SLAVE MONITOR, BINLOG MONITOR, READ_ONLY ADMIN, RELOAD, CONNECTION ADMIN, PROCESS, EVENT';
const mover = (privileges: string) => ({
  preflight: {
    'db-1': { events: [exampleEvent('a'), exampleEvent('b')] },
    'db-2': { grants: [`GRANT ${privileges} ON *.* TO \`baton_operate\`@\`%\``] },
  },
});

export const aftermathExamples: readonly CheckExample[] = [
  warnsFailover('events', {
    when: 'nobody has seen the events of the dead primary',
    change: { views: [dead], input: { eventsRemembered: false } },
    names: /The events of db-1 are not known/,
    commands: /information_schema\.EVENTS/,
  }),
  warnsSwitchover('events', {
    when: 'the operating account may not move them',
    change: mover(noMove),
    fixed: mover(`${noMove}, SET USER, BINLOG ADMIN`),
    names: /2 enabled events can't be moved: .* on db-2/,
    commands: /GRANT SET USER, BINLOG ADMIN ON \*\.\* TO `baton_operate`/,
  }),
  warnsDetach('events', {
    when: 'they would run on both',
    change: { input: { kind: 'detach' }, preflight: { 'db-1': { events: [exampleEvent('a')] } } },
    names: /1 enabled event of db-1 stay off on db-2/,
    commands: /information_schema\.EVENTS/,
  }),
  warnsSwitchover('service-running', {
    when: 'mariadb_update is running',
    change: agents({ services: [{ name: 'mariadb_update', enabled: true, running: true }] }),
    fixed: agents({ services: [{ name: 'mariadb_update', enabled: true, running: false }] }),
    names: /mariadb_update is running on db-1/,
  }),
  blocksSwitchover('disk-space', {
    when: 'the target has no room for a binary log',
    change: disk(0.4 * GIB),
    fixed: disk(500 * GIB),
    names: /db-2 has 410 MiB of 1024\.0 GiB free/,
  }),
  warnsSwitchover('disk-space-low', {
    when: 'its disk is nearly full',
    change: disk(9 * GIB),
    fixed: disk(500 * GIB),
    names: /db-2 has 9\.0 GiB/,
  }),
  warnsSwitchover('disk-space-low', {
    when: 'the next dump may not fit',
    change: backupDisk(2 * GIB),
    fixed: backupDisk(20 * GIB),
    names: /backup folder of db-2 has 2\.0 GiB free/,
  }),
  warnsSwitchover('read-only-persisted', {
    when: 'there is no agent',
    change: agents({ state: 'none' }),
    names: /db-2 has no agent/,
    commands: /read_only=0/,
  }),
  warnsSwitchover('read-only-configured', {
    when: 'a replica would come back writable',
    change: configured({ 'db-1': false, 'db-2': true, 'db-3': false }),
    fixed: configured({ 'db-1': false, 'db-2': true, 'db-3': true }),
    names: /configuration of db-3 says read_only=0/,
    commands: /read_only=1/,
  }),
  warnsSwitchover('read-only-configured', {
    when: 'the primary would come back read-only',
    change: configured({ 'db-1': true, 'db-2': true, 'db-3': true }),
    fixed: configured({ 'db-1': false, 'db-2': true, 'db-3': true }),
    names: /configuration of db-1 says read_only=1/,
    commands: /read_only=0/,
  }),
  warnsSwitchover('backup-age', {
    when: 'no backup is known',
    change: dump(null),
    names: /No backup/,
  }),
  warnsSwitchover('backup-age', {
    when: 'the newest is older than a day',
    change: dump({ server: 'db-1', name: 'n', method: 'dump', bytes: 1, endedAt: '2026-02-28T06:00:00.000Z' }),
    names: /30 h old/,
  }),
];

import {
  blocksSwitchover,
  primary,
  silent,
  dead,
  blocksFailover,
  warnsDetach,
  warnsFailover,
  warnsSwitchover,
  type CheckExample,
} from './example.ts';
import type { ExampleChange } from '../example-plan.ts';

const withoutAgents = (change: ExampleChange): ExampleChange => ({
  ...change,
  snapshot: (snapshot) => ({
    ...snapshot,
    servers: snapshot.servers.map((server) => ({ ...server, agent: { state: 'none', detail: null, services: [] } })),
  }),
});
const semiSync = (primaryClients: number): ExampleChange => ({
  views: [
    primary({
      semiSync: {
        primaryEnabled: true,
        replicaEnabled: false,
        primaryClients,
        waitNoSlave: true,
        timeoutMs: 10_000,
        waitPoint: 'AFTER_COMMIT',
        waitSessions: 3,
      },
    }),
  ],
});

export const sessionExamples: readonly CheckExample[] = [
  warnsSwitchover('long-writes', {
    when: 'a write has run for long',
    change: { preflight: { 'db-1': { longWrites: [{ id: 31, text: 'connection 31 of app, open for 12 s' }] } } },
    names: /connection 31 of app/,
    commands: /KILL 31/,
  }),
  warnsSwitchover('lock-holders', {
    when: 'a session keeps others from a row',
    change: { preflight: { 'db-1': { lockHolders: [{ id: 12, text: 'connection 12 of app, open for 40 s' }] } } },
    names: /on db-1 for what these hold: connection 12/,
    commands: /KILL 12/,
  }),
  warnsSwitchover('lock-holders', {
    when: 'a session waits, and nobody can tell for whom',
    change: {
      preflight: {
        'db-2': { waitingForLocks: [{ id: 9, text: 'connection 9 of app: Waiting for backup lock, 4 s' }] },
      },
    },
    names: /connection 9/,
    commands: /SHOW FULL PROCESSLIST/,
  }),
  warnsSwitchover('other-tool', {
    when: 'a MaxScale monitor holds its lock',
    change: {
      preflight: {
        'db-3': {
          otherTools: [{ id: 5, text: 'connection 5 of maxscale from 10.0.0.9 holds the lock of a MaxScale monitor' }],
        },
      },
    },
    names: /db-3: connection 5 of maxscale/,
    commands: /KILL 5/,
  }),
  warnsSwitchover('semi-sync', {
    when: 'commits wait for an acknowledgement that nobody gives',
    change: semiSync(0),
    fixed: semiSync(1),
    names: /3 commits/,
    commands: /rpl_semi_sync_master_enabled=0/,
  }),
  blocksFailover('unfenced', {
    when: 'the primary may be alive for others',
    change: { views: [silent] },
    names: /db-1 may be alive/,
  }),
  warnsFailover('fence-weak', {
    when: 'it is down and nothing keeps it read-only',
    change: withoutAgents({ views: [dead] }),
    names: /takes writes again when somebody starts it/,
    commands: /read_only=1/,
  }),
  warnsFailover('xa-prepared', {
    when: 'the primary is gone with what it had prepared',
    change: { views: [dead] },
    fixed: {},
    names: /prepared on db-1 \(XA\) are not known/,
  }),
  warnsDetach('stays-writable', {
    when: 'a replica is detached',
    change: { input: { kind: 'detach' } },
    fixed: {},
    names: /db-1 is not touched and stays writable/,
  }),
  blocksSwitchover('lock-free', {
    when: 'another takeover is at work',
    change: { preflight: { 'db-3': { lockHolder: 'baton_operate from 10.0.0.7:5123' } } },
    names: /10\.0\.0\.7:5123/,
    commands: /baton operations --cluster erp5/,
  }),
];

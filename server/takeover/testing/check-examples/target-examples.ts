import {
  exampleFacts,
  exampleNow,
  exampleReplicaFacts,
  exampleView,
  refused,
  up,
} from '../../../topology/testing/example-cluster.ts';
import type { ExampleChange } from '../example-plan.ts';
import { blocksDetach, blocksFailover, blocksSwitchover, dead, replica, type CheckExample } from './example.ts';

const candidate = (word: 'never' | 'neutral'): ExampleChange => ({
  snapshot: (snapshot) => ({
    ...snapshot,
    servers: snapshot.servers.map((server) => ({ ...server, candidate: word })),
  }),
});
const aside: ExampleChange = {
  snapshot: (snapshot) => ({
    ...snapshot,
    servers: snapshot.servers.map((server) =>
      server.name === 'db-2'
        ? {
            ...server,
            maintenance: {
              reason: 'kernel update',
              owner: 'ana',
              since: '2026-03-01T11:30:00.000Z',
              until: '2026-03-01T13:30:00.000Z',
            },
          }
        : server,
    ),
  }),
};

export const targetExamples: readonly CheckExample[] = [
  blocksSwitchover('operation-unfinished', {
    when: 'an operation has no end',
    change: { input: { unfinished: { id: 'op-7', text: 'The switchover to db-3 has not come to an end' } } },
    names: /db-3/,
    commands: /baton resume op-7/,
  }),
  blocksSwitchover('target-reachable', {
    when: 'the target is down',
    change: { views: [exampleView(2, refused, up(exampleReplicaFacts(2)))] },
    names: /db-2 can't be reached/,
  }),
  blocksSwitchover('target-reachable', {
    when: 'the operating account is refused',
    change: { preflight: { 'db-2': null } },
    names: /Access denied/,
    commands: /baton grants erp5/,
  }),
  blocksSwitchover('target-fresh', {
    when: 'the look is old',
    change: { input: { at: exampleNow + 60_000 } },
    names: /db-2 is 60 s old/,
  }),
  blocksDetach('target-not-primary', {
    when: 'it is the primary',
    change: { input: { target: 'db-1' } },
    names: /db-1 is the primary already/,
  }),
  blocksSwitchover('target-candidate', {
    when: 'the configuration says never',
    change: candidate('never'),
    fixed: candidate('neutral'),
    names: /never to be promoted/,
  }),
  blocksSwitchover('target-tcp', {
    when: 'it runs with TCP off',
    change: { views: [replica({}, { tcpOff: true })] },
    names: /skip_networking.*, and db-1, db-3 can't follow it/,
  }),
  blocksSwitchover('target-maintenance', {
    when: 'somebody has set it aside',
    change: aside,
    names: /in maintenance until 2026-03-01 13:30 UTC: kernel update \(ana\)/,
    commands: /baton maintenance end erp5\/db-2/,
  }),
  blocksSwitchover('primary-reachable', {
    when: 'a switchover is asked for, and the primary is dead',
    change: { views: [dead], input: { kind: 'switchover' } },
    names: /db-1 can't be reached/,
    commands: /baton promote erp5\/db-2 --failover/,
  }),
  blocksFailover('primary-alive', {
    when: 'a failover is asked for, and the primary answers',
    change: { input: { kind: 'failover' } },
    names: /db-1 answers/,
    commands: /baton promote erp5\/db-2 --switchover/,
  }),
  blocksDetach('target-replicates', {
    when: 'it follows nobody',
    change: { views: [exampleView(2, up(exampleFacts(2, { readOnly: true })))] },
    names: /from nobody/,
  }),
];

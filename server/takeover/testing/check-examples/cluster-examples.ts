import { gtidList } from '../../../mariadb/gtid.ts';
import {
  exampleFacts,
  exampleReplicaFacts,
  exampleView,
  refused,
  up,
} from '../../../topology/testing/example-cluster.ts';
import {
  blocksFailover,
  blocksSwitchover,
  dead,
  replica,
  third,
  warnsFailover,
  warnsSwitchover,
  type CheckExample,
} from './example.ts';

export const clusterExamples: readonly CheckExample[] = [
  blocksSwitchover('two-primaries', {
    when: 'a second server takes writes',
    change: { views: [exampleView(3, up(exampleFacts(3)))] },
    names: /db-1 and db-3 both take writes/,
    commands: /read_only=1/,
  }),
  warnsSwitchover('replica-writable', {
    when: 'a replica takes writes',
    change: { views: [third({}, { readOnly: false })] },
    names: /db-3 is a replica and takes writes/,
    commands: /read_only=1/,
  }),
  blocksFailover('replica-ahead', {
    when: 'another replica has received more',
    change: { views: [dead, third({ receivedGtid: gtidList('0-1-104') })] },
    fixed: { views: [dead, third({ receivedGtid: gtidList('0-1-104') })], input: { target: 'db-3' } },
    names: /db-3 has received 4 transactions/,
    commands: /baton promote erp5\/db-3 --failover/,
  }),
  warnsSwitchover('replicas-follow-primary', {
    when: 'a replica follows somebody else',
    change: { views: [third({ host: '192.0.2.9', masterServerId: 77 })] },
    names: /db-3 does not follow db-1 \(192\.0\.2\.9/,
    commands: /baton rejoin erp5\/db-3/,
  }),
  warnsSwitchover('replicas-reachable', {
    when: 'a replica is down',
    change: { views: [exampleView(3, refused, up(exampleReplicaFacts(3)))] },
    names: /db-3 can't be reached/,
    commands: /baton rejoin erp5\/db-3/,
  }),
  warnsSwitchover('binlog-covers-replica', {
    when: 'a replica stands before the oldest log',
    change: {
      preflight: { 'db-2': { binlogFrom: gtidList('0-1-90') }, 'db-3': { current: gtidList('0-1-80') } },
    },
    fixed: { preflight: { 'db-2': { binlogFrom: gtidList('0-1-90') }, 'db-3': { current: gtidList('0-1-100') } } },
    names: /db-3 stands before 0-1-90/,
  }),
  warnsSwitchover('binlog-covers-replica', {
    when: 'nobody can tell where its logs begin',
    change: { preflight: { 'db-2': { binlogFrom: null } } },
    names: /is not known/,
  }),
  blocksSwitchover('target-log-bin', {
    when: 'it has no binary log',
    change: { views: [replica({}, { logBin: false })] },
    names: /no binary log/,
    commands: /log_bin=bin/,
  }),
  blocksSwitchover('target-log-slave-updates', {
    when: 'it does not log what it replicates',
    change: { views: [replica({}, { logSlaveUpdates: false })] },
    names: /1236/,
    commands: /log_slave_updates=1/,
  }),
  warnsSwitchover('gtid-strict-mode', {
    when: 'strict mode is off somewhere',
    change: { views: [third({}, { gtidStrictMode: false })] },
    names: /off on db-3/,
    commands: /gtid_strict_mode=1/,
  }),
  blocksSwitchover('server-id-unique', {
    when: 'two have the same id',
    change: { views: [third({}, { serverId: 2 })] },
    names: /db-2 and db-3/,
  }),
  blocksSwitchover('version-not-older', {
    when: 'the target is older',
    change: { views: [replica({}, { version: { major: 10, minor: 6, patch: 1, text: '10.6.1' } })] },
    names: /10\.6, older than 10\.11/,
  }),
  warnsSwitchover('followers-not-older', {
    when: 'the target runs a newer release than those that are to follow it',
    change: { views: [replica({}, { version: { major: 11, minor: 8, patch: 2, text: '11.8.2-MariaDB' } })] },
    names: /db-1 runs 10\.11 and is to follow db-2 with 11\.8/,
  }),
  blocksSwitchover('errant-transactions', {
    when: 'the target has transactions of its own',
    change: { preflight: { 'db-2': { state: gtidList('0-1-100,0-2-103') } } },
    names: /3 transactions .* 0-2-101…103/,
    commands: /mariadb-binlog .*0-2-100/,
  }),
  blocksSwitchover('errant-transactions', {
    when: 'it has one in a domain that the primary does not have',
    change: { preflight: { 'db-2': { state: gtidList('0-1-100,7-9-1') } } },
    names: /1 transaction that db-1 does not have: 7-9-1/,
  }),
  warnsFailover('errant-transactions', {
    when: 'it has one in a domain that the dead primary never had',
    change: { views: [dead], preflight: { 'db-2': { state: gtidList('0-1-100,7-9-1') } } },
    names: /1 transaction that db-1 does not have: 7-9-1/,
  }),
  blocksSwitchover('xa-prepared', {
    when: 'prepared transactions wait',
    change: { preflight: { 'db-1': { prepared: 2 } } },
    names: /2 prepared transactions/,
    commands: /XA RECOVER/,
  }),
];

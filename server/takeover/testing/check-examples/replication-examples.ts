import { gtidList } from '../../../mariadb/gtid.ts';
import { exampleReplicaFacts, exampleView, up } from '../../../topology/testing/example-cluster.ts';
import {
  blocksFailover,
  blocksSwitchover,
  dead,
  primary,
  replica,
  warnsSwitchover,
  type CheckExample,
} from './example.ts';

const broken = { sqlThread: 'error', sqlError: { number: 1062, text: 'Duplicate entry' } } as const;
const otherSource = exampleReplicaFacts(2, { connection: 'erp', host: '192.0.2.9', masterServerId: 77 }).replication;

/** The primary replicates from outside of the cluster. */
const fed = { views: [primary({ replication: otherSource })] };

export const replicationExamples: readonly CheckExample[] = [
  blocksSwitchover('target-uses-gtid', {
    when: 'it uses file positions',
    change: { views: [replica({ usingGtid: 'no' })] },
    names: /not by GTID/,
    commands: /MASTER_USE_GTID=slave_pos/,
  }),
  blocksSwitchover('target-sql-thread', {
    when: 'its SQL thread stopped, and its lag is NULL',
    change: { views: [replica({ sqlThread: 'stopped', secondsBehindMaster: null })] },
    names: /SQL thread is stopped/,
    commands: /START SLAVE SQL_THREAD/,
  }),
  blocksFailover('target-sql-thread', {
    when: 'its SQL thread broke',
    change: { views: [dead, replica(broken)] },
    names: /1062/,
  }),
  blocksSwitchover('target-io-thread', {
    when: 'its IO thread is down while Seconds_Behind_Master says 0',
    change: { views: [replica({ ioThread: 'stopped', secondsBehindMaster: 0 })] },
    names: /IO thread is stopped/,
    commands: /START SLAVE IO_THREAD/,
  }),
  blocksSwitchover('target-io-thread', {
    when: 'its IO thread does not get through',
    change: { views: [replica({ ioThread: 'connecting' })] },
    names: /IO thread is connecting/,
    commands: /SHOW ALL SLAVES STATUS/,
  }),
  blocksSwitchover('target-errors', {
    when: 'it reports an error',
    change: { views: [replica(broken)] },
    names: /1062: Duplicate entry/,
    commands: /SHOW ALL SLAVES STATUS/,
  }),
  blocksSwitchover('target-lag', {
    when: 'it is too far behind',
    change: {
      views: [replica({}, { slavePos: gtidList('0-1-1'), currentPos: gtidList('0-1-1') })],
      input: { maxLagSeconds: 1 },
    },
    fixed: { input: { maxLagSeconds: 1 } },
    names: /the limit is 1 s/,
  }),
  blocksSwitchover('target-lag', {
    when: 'its lag is not known',
    change: { views: [replica({ sqlThread: 'stopped', secondsBehindMaster: null })] },
    names: /lag of db-2 is not known/,
  }),
  blocksSwitchover('target-delay', {
    when: 'it is delayed on purpose',
    change: { views: [replica({ delaySeconds: 3600 })] },
    names: /3600 s on purpose/,
    commands: /MASTER_DELAY=0/,
  }),
  blocksFailover('target-delay', {
    when: 'it is delayed, and its primary is dead',
    change: { views: [dead, replica({ delaySeconds: 3600 })] },
    names: /3600 s on purpose/,
  }),
  blocksSwitchover('target-filters', {
    when: 'it filters',
    change: { views: [replica({ filters: ['Replicate_Do_DB=shop'] })] },
    names: /Replicate_Do_DB=shop/,
  }),
  blocksFailover('received-at-risk', {
    when: 'it is fully stopped with transactions in its relay log',
    change: {
      views: [dead, replica({ sqlThread: 'stopped', ioThread: 'stopped', receivedGtid: gtidList('0-1-150') })],
    },
    names: /50 transactions are only in the relay log/,
    commands: /mariadb-binlog --start-position=0-1-100 RELAY/,
  }),
  blocksSwitchover('multi-source', {
    when: 'the primary has a source outside of the cluster, and no account is configured for it',
    change: fed,
    fixed: { ...fed, input: { sources: [{ connection: 'erp', signIn: { result: 'accepted', text: '' } }] } },
    names: /"erp" \(192\.0\.2\.9:3306\), which can't move to db-2: its account is not configured/,
  }),
  warnsSwitchover('sources-stay', {
    when: 'the target has another source',
    change: {
      views: [
        exampleView(
          2,
          up(exampleReplicaFacts(2, {}, { replication: [...exampleReplicaFacts(2).replication, ...otherSource] })),
        ),
      ],
    },
    names: /192\.0\.2\.9/,
  }),
];

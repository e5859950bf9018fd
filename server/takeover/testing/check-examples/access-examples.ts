import { blocksSwitchover, warnsSwitchover, type CheckExample } from './example.ts';

const needed =
  'REPLICATION SLAVE ADMIN, SLAVE MONITOR, BINLOG MONITOR, READ_ONLY ADMIN, RELOAD, CONNECTION ADMIN, PROCESS';
const optional = 'EVENT, SET USER, BINLOG ADMIN, REPLICATION MASTER ADMIN, SUPER';
const granted = (privileges: string) => ({ grants: [`GRANT ${privileges} ON *.* TO \`baton_operate\`@\`%\``] });

export const accessExamples: readonly CheckExample[] = [
  blocksSwitchover('grants', {
    when: 'the operating account lacks privileges',
    change: { preflight: { 'db-3': granted('RELOAD') } },
    fixed: { preflight: { 'db-3': granted(needed) } },
    names: /lacks privileges on db-3/,
    commands: /GRANT REPLICATION SLAVE ADMIN, .* TO `baton_operate`@`%`/,
  }),
  blocksSwitchover('grants', {
    when: 'it does not sign in to a server that is to follow',
    change: { preflight: { 'db-3': null } },
    names: /does not sign in to db-3/,
    commands: /baton grants erp5/,
  }),
  warnsSwitchover('grants-optional', {
    when: 'it lacks what it can do without',
    change: { preflight: { 'db-2': granted(needed) } },
    fixed: { preflight: { 'db-2': granted(`${needed}, ${optional}`) } },
    names: /On db-2 .* lacks 5 privileges that a takeover can do without/,
    commands: /GRANT EVENT ON/,
  }),
  blocksSwitchover('replication-account', {
    when: 'none is configured',
    change: { input: { replicationUser: null } },
    names: /No replication account/,
    commands: /replication: \{ user/,
  }),
  blocksSwitchover('replication-account', {
    when: 'its password is wrong',
    change: {
      input: {
        replicationSignIn: { ok: false, text: 'Access denied' },
        signInsFrom: ['db-1', 'db-3'].map((server) => ({ server, result: 'denied', text: 'Access denied' })),
      },
    },
    names: /does not sign in to db-2/,
    commands: /GRANT REPLICATION SLAVE/,
  }),
  blocksSwitchover('replication-account', {
    when: 'it is not let in from a server that is to follow',
    change: { input: { signInsFrom: [{ server: 'db-3', result: 'denied', text: 'Access denied' }] } },
    names: /does not sign in to db-2 from db-3/,
    commands: /CREATE USER IF NOT EXISTS 'replication_user'@'10\.0\.0\.3'/,
  }),
  warnsSwitchover('replication-account-proven', {
    when: 'it was tried from the console only',
    change: { input: { signInsFrom: [] } },
    names: /from the console only, not from db-1 and db-3/,
  }),
  warnsSwitchover('replication-account-proven', {
    when: 'it could not be tried',
    change: { input: { replicationSignIn: null } },
    names: /could not be tried/,
  }),
];

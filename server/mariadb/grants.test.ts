import { describe, expect, test } from 'vitest';
import { holdsPrivilege, leastGrants, missingGrants, withoutSecrets } from './grants.ts';

const v10 = { major: 10, minor: 11 };
const password = "IDENTIFIED BY PASSWORD '*EB84068A03583667A2AD4D9835ADCF42B1F25D2D'";

/** As servers print them: names in their own order, hashes, other levels, roles. */
const observer = [
  `GRANT PROCESS, BINLOG MONITOR, SLAVE MONITOR ON *.* TO \`baton_view\`@\`%\` ${password}`,
  'GRANT SELECT ON `shop`.* TO `baton_view`@`%`',
];
const root = [
  'GRANT `r1` TO `root`@`localhost` WITH ADMIN OPTION',
  "GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` IDENTIFIED VIA mysql_native_password USING 'invalid' OR unix_socket WITH GRANT OPTION",
  'GRANT PROXY ON ``@`%` TO `root`@`localhost` WITH GRANT OPTION',
];
const nothing = ['GRANT USAGE ON *.* TO `v`@`10.0.0.%`'];
const old = [`GRANT RELOAD, PROCESS, SUPER, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO \`old\`@\`%\` ${password}`];

describe('what an account lacks', () => {
  test.each([
    ['a viewer has all that it must', observer, 'observe', v10, []],
    ['root has everything', root, 'operate', v10, []],
    [
      'nothing at all',
      nothing,
      'observe',
      v10,
      ['GRANT SLAVE MONITOR, BINLOG MONITOR, PROCESS ON *.* TO `v`@`10.0.0.%`'],
    ],
    [
      'a privilege on one database is not a global one',
      ['GRANT USAGE ON *.* TO `v`@`%`', 'GRANT ALL PRIVILEGES ON `shop`.* TO `v`@`%`'],
      'replication',
      v10,
      ['GRANT REPLICATION SLAVE ON *.* TO `v`@`%`'],
    ],
    [
      'other names of the same',
      ['GRANT REPLICATION CLIENT, REPLICA MONITOR, PROCESS ON *.* TO `v`@`%`'],
      'observe',
      v10,
      [],
    ],
    ['the name from 10.5 on', ['GRANT REPLICATION REPLICA ON *.* TO `r`@`%` REQUIRE X509'], 'replication', v10, []],
    ['SUPER of 10.11 lacks READ_ONLY ADMIN only', old, 'operate', v10, ['GRANT READ_ONLY ADMIN ON *.* TO `old`@`%`']],
    ['SUPER of 10.6 has it', old, 'operate', { major: 10, minor: 6 }, []],
    [
      'SUPER of 11.0 is worth nothing of it',
      old,
      'operate',
      { major: 11, minor: 4 },
      ['GRANT REPLICATION SLAVE ADMIN, SLAVE MONITOR, READ_ONLY ADMIN, CONNECTION ADMIN ON *.* TO `old`@`%`'],
    ],
    [
      'the grants of a role in use count',
      [
        'GRANT `monitors` TO `v`@`%`',
        'GRANT USAGE ON *.* TO `v`@`%`',
        'GRANT PROCESS, BINLOG MONITOR, SLAVE MONITOR ON *.* TO `monitors`',
      ],
      'observe',
      v10,
      [],
    ],
  ] as const)('%s', (_, grants, purpose, version, expected) => {
    expect(missingGrants(grants, purpose, version).required).toEqual(expected);
  });

  test('what it can do without is told apart, each with what it is for', () => {
    expect(missingGrants(observer, 'observe', v10).optional).toEqual([
      { statement: 'GRANT EVENT ON *.* TO `baton_view`@`%`', needed: "to remember a primary's events for a failover" },
      {
        statement: 'GRANT REPLICATION MASTER ADMIN ON *.* TO `baton_view`@`%`',
        needed: 'to see the replicas a primary knows (SHOW SLAVE HOSTS)',
      },
    ]);
  });
});

test('one privilege is held by its name, by another name of it, by all or by SUPER', () => {
  expect(holdsPrivilege(observer, 'EVENT', v10)).toBe(false);
  expect(holdsPrivilege(root, 'EVENT', v10)).toBe(true);
  expect(holdsPrivilege(observer, 'REPLICATION CLIENT', v10)).toBe(true);
  expect(holdsPrivilege(old, 'REPLICATION SLAVE ADMIN', v10)).toBe(true);
});

test('the least grants of an account are one statement', () => {
  expect(leastGrants('replication', "'repl'@'%'")).toBe("GRANT REPLICATION SLAVE ON *.* TO 'repl'@'%'");
  expect(leastGrants('observe', "'v'@'%'", false)).toBe(
    "GRANT SLAVE MONITOR, BINLOG MONITOR, PROCESS ON *.* TO 'v'@'%'",
  );
});

describe('a line of SHOW GRANTS is kept without what opens the door', () => {
  test.each([
    [`GRANT USAGE ON *.* TO \`v\`@\`%\` ${password}`, 'GRANT USAGE ON *.* TO `v`@`%`'],
    [
      `GRANT USAGE ON *.* TO \`v\`@\`%\` ${password} REQUIRE X509 WITH MAX_USER_CONNECTIONS 3`,
      'GRANT USAGE ON *.* TO `v`@`%` REQUIRE X509 WITH MAX_USER_CONNECTIONS 3',
    ],
    [root[1] ?? '', 'GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION'],
    ['GRANT SELECT ON `shop`.* TO `v`@`%`', 'GRANT SELECT ON `shop`.* TO `v`@`%`'],
  ])('%s', (line, expected) => {
    expect(withoutSecrets(line)).toBe(expected);
  });
});

import { describe, expect, test } from 'vitest';
import { grastateText, historyA, none } from '../testing/example-evidence.ts';
import { parseGrastate } from './grastate.ts';
import { firstError, tellingLines } from './error-log.ts';
import { parseGvwstate } from './gvwstate.ts';
import { parseRecovered, startPosition } from './recovered.ts';

const clean = grastateText(historyA, 12, 1);

describe('scenario 19: grastate.dat', () => {
  test.each([
    { what: 'as Galera writes it', text: clean, seqno: '12', safe: true },
    { what: 'padded with blanks after an overwrite', text: `${clean}\n    `, seqno: '12', safe: true },
    { what: 'of a crash', text: grastateText(historyA, -1, 0), seqno: '-1', safe: false },
    {
      what: 'with the highest seqno',
      text: grastateText(historyA, 9_223_372_036_854_775_807n, 0),
      seqno: '9223372036854775807',
      safe: false,
    },
    { what: 'with a comment more', text: `# by hand\n${clean}`, seqno: '12', safe: true },
    { what: 'without a line end', text: clean.trimEnd(), seqno: '12', safe: true },
  ])('$what is read', ({ text, seqno, safe }) => {
    expect(parseGrastate(text)).toEqual({ kind: 'read', raw: text, uuid: historyA, seqno, safeToBootstrap: safe });
  });

  test('a zero uuid that says it is safe is read as what it says: the decision is what refuses it', () => {
    expect(parseGrastate(grastateText(none, -1, 1))).toMatchObject({ kind: 'read', uuid: none, safeToBootstrap: true });
  });

  test.each([
    { what: 'empty', text: '', reason: 'empty' },
    { what: 'blank', text: ' \n ', reason: 'empty' },
    { what: 'cut after the uuid', text: clean.slice(0, clean.indexOf('seqno')), reason: 'seqno' },
    { what: 'cut inside the uuid', text: clean.slice(0, clean.indexOf('e500')), reason: 'not say' },
    { what: 'without the safe line', text: clean.slice(0, clean.indexOf('safe')), reason: 'safe_to_bootstrap' },
    { what: 'safe: yes', text: clean.replace('bootstrap: 1', 'bootstrap: yes'), reason: 'neither 0 nor 1' },
    { what: 'safe: 2', text: clean.replace('bootstrap: 1', 'bootstrap: 2'), reason: 'neither 0 nor 1' },
    { what: 'seqno: abc', text: clean.replace('12', 'abc'), reason: 'seqno is none' },
    { what: 'seqno: -2', text: clean.replace('12', '-2'), reason: 'seqno is none' },
    { what: 'seqno: 2^63', text: clean.replace('12', '9223372036854775808'), reason: 'seqno is none' },
    { what: 'CRLF', text: clean.replaceAll('\n', '\r\n'), reason: 'line ends' },
    { what: 'indented', text: clean.replace('seqno', ' seqno'), reason: 'none of its own' },
    { what: 'a foreign key', text: `${clean}cert_index:\n`, reason: 'none of its own' },
    { what: 'two safe lines', text: `${clean}safe_to_bootstrap: 0\n`, reason: 'twice' },
    { what: 'a uuid that is none', text: clean.replace(historyA, 'abc'), reason: 'uuid is none' },
  ])('$what is not trusted, and its bytes are kept', ({ text, reason }) => {
    const parsed = parseGrastate(text);
    expect(parsed).toMatchObject({ kind: 'invalid', raw: text });
    expect(parsed.kind === 'invalid' && parsed.reason).toContain(reason);
  });
});

const told = (text: string): string => `2026-11-20 17:24:20 0 [Note] WSREP: Recovered position: ${text}`;

describe('scenario 20: the output of --wsrep-recover', () => {
  test.each([
    { what: 'one line', output: told(`${historyA}:1515`), seqno: '1515', gtid: null },
    {
      what: 'the last of several',
      output: [told(`${historyA}:9`), told(`${historyA}:1515`), ''].join('\n'),
      seqno: '1515',
      gtid: null,
    },
    { what: 'with its GTID', output: told(`${historyA}:11720,77-7-11690`), seqno: '11720', gtid: '77-7-11690' },
    {
      what: "as Percona's server words it",
      output: `[Note] [MY-000000] [WSREP] Recovered position: ${historyA}:7`,
      seqno: '7',
      gtid: null,
    },
    {
      what: 'behind 10 MB of log',
      output: `${'2026-11-20 [Note] InnoDB: log\n'.repeat(350_000)}${told(`${historyA}:1515`)}`,
      seqno: '1515',
      gtid: null,
    },
  ])('$what is the position', ({ output, seqno, gtid }) => {
    expect(parseRecovered(output)).toEqual({ kind: 'position', uuid: historyA, seqno, gtid });
  });

  test.each([
    { what: 'a node that was never in a cluster', text: `${none}:-1`, uuid: none, seqno: '-1' },
    { what: 'a history that was lost in a DDL', text: `${none}:1`, uuid: none, seqno: '1' },
  ])('$what tells that', ({ text, uuid, seqno }) => {
    expect(parseRecovered(told(text))).toMatchObject({ kind: 'position', uuid, seqno });
  });

  test.each([
    { what: 'none', output: 'InnoDB: Starting crash recovery', reason: 'no position' },
    { what: 'nothing', output: '', reason: 'no position' },
    { what: 'wsrep_on=OFF', output: '[Note] WSREP: disabled, skipping position recovery', reason: 'wsrep_on is off' },
    { what: 'a uuid that is none', output: told('6069cfec:12'), reason: 'no position' },
    { what: 'a seqno that is none', output: told(`${historyA}:twelve`), reason: 'no position' },
    { what: 'a seqno beyond 2^63-1', output: told(`${historyA}:9223372036854775808`), reason: 'no position' },
    {
      what: 'a good line above a bad one',
      output: `${told(`${historyA}:12`)}\n${told(`${historyA}:`)}`,
      reason: 'no position',
    },
  ])('$what is no position', ({ output, reason }) => {
    const parsed = parseRecovered(output);
    expect(parsed.kind === 'failed' && parsed.reason).toContain(reason);
  });

  test('the GTID goes back into the start position', () => {
    expect(startPosition({ uuid: historyA, seqno: '11720', gtid: '77-7-11690' })).toBe(`${historyA}:11720,77-7-11690`);
    expect(startPosition({ uuid: historyA, seqno: '11720', gtid: null })).toBe(`${historyA}:11720`);
  });
});

const view = [
  'my_uuid: 0730af11-e501-11f1-9044-77edafb3306c',
  '#vwbeg',
  'view_id: 3 07068cf9-e501-11f1-8345-b29babba8c74 4',
  'bootstrap: 0',
  'member: 07068cf9-e501-11f1-8345-b29babba8c74 0',
  'member: 0730af11-e501-11f1-9044-77edafb3306c 0',
  '#vwend',
  '',
].join('\n');

describe('gvwstate.dat', () => {
  test('tells the last view, its number and its members', () => {
    expect(parseGvwstate(view)).toEqual({
      kind: 'read',
      raw: view,
      ownId: '0730af11-e501-11f1-9044-77edafb3306c',
      view: '4',
      members: ['07068cf9-e501-11f1-8345-b29babba8c74', '0730af11-e501-11f1-9044-77edafb3306c'],
    });
  });

  test.each([
    { what: 'empty', text: '' },
    { what: 'cut off', text: view.slice(0, view.indexOf('#vwend')) },
    { what: 'without its own id', text: view.replace(/^my_uuid.*\n/, '') },
    { what: 'without members', text: view.replaceAll(/^member.*\n/gm, '') },
    { what: 'with a member that is none', text: view.replace('member: 07068cf9', 'member: x') },
  ])('$what is not trusted', ({ text }) => {
    expect(parseGvwstate(text)).toMatchObject({ kind: 'invalid', raw: text });
  });
});

describe('the error log', () => {
  const at = '2026-11-20 16:38:30 0';
  const refused = [
    `${at} [Note] Starting MariaDB 10.11.19-MariaDB source revision  as process 7001`,
    `${at} [ERROR] WSREP: of the start before`,
    `${at} [Note] Starting MariaDB 10.11.19-MariaDB source revision  as process 7002`,
    `${at} [Note] InnoDB: Buffer pool(s) load completed at 261120 16:38:30`,
    `${at} [Note] WSREP: Prepared IST receiver for 0-14`,
    `${at} [ERROR] WSREP: It may not be safe to bootstrap the cluster from this node. `,
    `${at} [ERROR] Aborting`,
  ].join('\n');

  test('tells why the last start failed, and nothing of the starts before', () => {
    expect(tellingLines(refused)).toEqual([
      `${at} [Note] WSREP: Prepared IST receiver for 0-14`,
      `${at} [ERROR] WSREP: It may not be safe to bootstrap the cluster from this node.`,
      `${at} [ERROR] Aborting`,
    ]);
    expect(firstError(tellingLines(refused))).toBe(
      '[ERROR] WSREP: It may not be safe to bootstrap the cluster from this node.',
    );
    expect(firstError([`${at} [Note] SST`])).toBeNull();
  });

  test('stays within bounds, however often it repeats itself', () => {
    const again = Array.from(
      { length: 5000 },
      () => `${at} [Warning] WSREP: ${'no nodes coming from prim view, '.repeat(40)}`,
    );
    expect(tellingLines(again.join('\n'))).toHaveLength(1);
    const each = again.map((line, index) => `${line} ${index} SST`);
    const lines = tellingLines(each.map((line, index) => line.replace('WSREP:', `WSREP: ${index}`)).join('\n'));
    expect(lines).toHaveLength(30);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(400);
  });

  test.each([
    "[ERROR] WSREP: Failed to execute: wsrep_sst_mariabackup --role 'donor' --auth 'sst:s3cret' --binlog x",
    '[ERROR] unknown variable wsrep_sst_auth=sst:s3cret',
    "[ERROR] Slave SQL: Query: 'CREATE USER a IDENTIFIED BY 's3cret''",
    '[ERROR] WSREP: SST from mysql://sst:s3cret@10.0.0.1:4444 failed',
    '[ERROR] WSREP: bad option "password = s3cret"',
  ])('keeps a secret to itself: %s', (line) => {
    const [shown] = tellingLines(line);
    expect(shown).not.toContain('s3cret');
    expect(shown).toContain('[ERROR]');
  });
});

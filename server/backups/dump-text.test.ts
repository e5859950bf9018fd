import { describe, expect, test } from 'vitest';
import { readDumpTail, toolVersion } from './dump-text.ts';

const end = '\n/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n\n-- Dump completed on 2026-11-20 19:06:24\n';
const position = "\n-- SET GLOBAL gtid_slave_pos='0-1-9,1-2-7';\n";

describe('the end of a dump', () => {
  test('names the position the dump was taken at', () => {
    expect(readDumpTail(`${position}${end}`)).toEqual({ kind: 'whole', gtid: '0-1-9,1-2-7' });
  });
  test('names it without the comment of --master-data=2 as well', () => {
    expect(readDumpTail(`\nSET GLOBAL gtid_slave_pos='0-1-9';\n${end}`)).toEqual({ kind: 'whole', gtid: '0-1-9' });
  });
  test('has an empty position on a server that has written nothing', () => {
    expect(readDumpTail(`\n-- SET GLOBAL gtid_slave_pos='';\n${end}`)).toEqual({ kind: 'whole', gtid: '' });
  });
  test('has no position where the server has no binary log', () => {
    expect(readDumpTail(end)).toEqual({ kind: 'whole', gtid: null });
  });
  test('is not fooled by a comment that stands in a routine before it', () => {
    const routine = "\n-- SET GLOBAL gtid_slave_pos='9-9-9';\nEND ;;\n";
    expect(readDumpTail(`${routine}${position}${end}`)).toEqual({ kind: 'whole', gtid: '0-1-9,1-2-7' });
  });
  test.each([
    ['nothing', ''],
    ['a position and no last line', position],
    ['a last line that something follows', `${position}${end}INSERT INTO t VALUES (1);\n`],
    ['a last line cut short', `${position}\n-- Dump compl`],
    ['a row that quotes the last line', `${position}\nINSERT INTO t VALUES ('-- Dump completed');\n`],
  ])('with %s is truncated', (_, tail) => {
    expect(readDumpTail(tail)).toEqual({ kind: 'truncated' });
  });
});

test("the tool's version is that of the second line", () => {
  const head =
    '/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)\n--\n';
  expect(toolVersion(head)).toBe('10.19 Distrib 10.11.19-MariaDB');
  expect(toolVersion('-- something else\n')).toBe('');
});

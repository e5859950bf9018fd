import { expect, test } from 'vitest';
import { GtidsIn } from './gtids-in.ts';

const line = (gtid: string): string =>
  `#261126 20:30:01 server id 1  end_log_pos 384 CRC32 0x9cd1ad1f \tGTID ${gtid} trans\n`;
const printed = `# at 342\n${line('0-1-13')}/*!100001 SET @@session.gtid_seq_no=13*//*!*/;\n${line('0-1-14')}${line('0-2-15')}${line('0-1-17')}`;

test.each([1, 7, 64, 10_000])('transactions are counted once, in pieces of %d bytes', (size) => {
  const found = new GtidsIn();
  const bytes = Buffer.from(printed);
  for (let at = 0; at < bytes.length; at += size) found.take(bytes.subarray(at, at + size));
  expect(found.count).toBe(4);
  expect([found.hasEndOf('0-1-13:17'), found.hasEndOf('0-1-13:18'), found.hasEndOf('0-3-1:1')]).toEqual([
    true,
    false,
    false,
  ]);
});

test('what a row says is no transaction', () => {
  const found = new GtidsIn();
  found.take(Buffer.from(`###   @2='x ${line('0-1-99')}`));
  expect(found.count).toBe(0);
});

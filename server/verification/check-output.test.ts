import { expect, test } from 'vitest';
import { CheckOutput } from './check-output.ts';

/** As mariadb-check 10.11 prints it. */
const printed = `mysql.columns_priv                                 OK
mysql.general_log
note     : The storage engine for the table doesn't support check
shop.orders                                        OK
shop.old
warning  : 1 client is using or hasn't closed the table properly
error    : Size of datafile is: 90         Should be: 140
error    : Corrupt
`;

function read(text: string, size: number): CheckOutput {
  const output = new CheckOutput();
  for (let at = 0; at < text.length; at += size) output.take(Buffer.from(text.slice(at, at + size)));
  return output;
}

test.each([1, 7, 10_000])('errors are told with their table, however the lines are cut (%i)', (size) => {
  expect(read(printed, size)).toMatchObject({
    checked: 4,
    problem: 'shop.old: Size of datafile is: 90         Should be: 140; shop.old: Corrupt',
  });
});

test('notes and warnings alone are no problem', () => {
  expect(read(printed.split('\n').slice(0, 5).join('\n'), 9).problem).toBeNull();
});

test('of very many errors a few are told', () => {
  expect(read('error : x\n'.repeat(9), 9).problem).toMatch(/; and 4 more$/);
});

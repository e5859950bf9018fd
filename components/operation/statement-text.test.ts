import { expect, test } from 'vitest';
import { ranText, statementText } from './statement-text.ts';

test('each statement ends in one semicolon, before the remark that says where it ran', () => {
  expect(
    statementText(['SET GLOBAL read_only=1  -- db-1', 'STOP SLAVE;', 'SELECT 1;  -- db-2', "SET NAMES 'a--b'"]),
  ).toBe("SET GLOBAL read_only=1;  -- db-1\nSTOP SLAVE;\nSELECT 1;  -- db-2\nSET NAMES 'a--b';");
});

test('the command of a hook is shown as it is run', () => {
  expect(ranText({ id: 'hook-move-vip', statements: ['/etc/baton/hooks/vip --to db-2'] })).toBe(
    '/etc/baton/hooks/vip --to db-2',
  );
});

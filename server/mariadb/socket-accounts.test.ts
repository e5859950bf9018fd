import { expect, test } from 'vitest';
import { waysIn } from './socket-accounts.ts';

test.each([
  ["CREATE USER `a`@`localhost` IDENTIFIED BY PASSWORD '*9192F6'", ["mysql_native_password USING '*9192F6'"]],
  [
    "CREATE USER `root`@`localhost` IDENTIFIED VIA mysql_native_password USING 'invalid' OR unix_socket",
    ["mysql_native_password USING 'invalid' OR unix_socket"],
  ],
  [
    "CREATE USER `a`@`localhost` IDENTIFIED VIA ed25519 USING 'x WITHOUT y' REQUIRE SSL WITH MAX_USER_CONNECTIONS 3",
    ["ed25519 USING 'x WITHOUT y'"],
  ],
  ['CREATE USER `a`@`localhost` ACCOUNT LOCK', []],
])('%s may sign in by %j', (created, ways) => {
  expect(waysIn(created)).toEqual(ways);
});

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** The set-up scripts are plain JavaScript for any Node from 20 on: run in a process of their own, as a user runs them. */
function evaluate(source: string): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout);
}

const print = (expression: string): string => `process.stdout.write(JSON.stringify(${expression}))`;

const missing = (present: readonly string[]): unknown =>
  evaluate(
    `import { missingPackages } from './debian.mjs';
     const needs = [{ package: 'server', programs: ['mariadbd', 'install-db'] }, { package: 'zones', programs: [], files: ['/z/a', '/z/b'] }];
     const present = ${JSON.stringify(present)};
     ${print(`missingPackages(needs, (file) => present.includes(file), '/bin:/usr/sbin')`)}`,
  );

const demo = (...args: string[]): { code: number | null; output: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'demo.mjs'), ...args], {
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
};

test('an installation is complete when it has every package of the lock file but other platforms’', () => {
  const lock = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/zod': { version: '4.6.7', integrity: 'a' },
      'node_modules/other-platform': { version: '1.0.0', integrity: 'b', optional: true },
    },
  };
  const whole = { packages: { 'node_modules/zod': { version: '4.6.7', integrity: 'a' } } };
  const older = { packages: { 'node_modules/zod': { version: '4.6.6', integrity: 'c' } } };
  const difference = (installed: unknown): unknown =>
    evaluate(
      `import { firstDifference } from './packages.mjs';
       ${print(`firstDifference(${JSON.stringify(lock)}, ${JSON.stringify(installed)})`)}`,
    );
  expect(difference(whole)).toBe(null);
  expect(difference(older)).toBe('node_modules/zod');
  expect(difference({ packages: {} })).toBe('node_modules/zod');
  expect(difference(null)).toBe('node_modules');
});

test('a package is asked for when one of its programs is nowhere on the path', () => {
  expect(missing(['/usr/sbin/mariadbd', '/bin/install-db', '/z/b'])).toEqual([]);
  expect(missing(['/usr/sbin/mariadbd', '/z/a'])).toEqual(['server']);
  expect(missing(['/usr/sbin/mariadbd', '/bin/install-db'])).toEqual(['zones']);
});

test('a mistyped option of the demo ends with 2 before anything is installed', () => {
  expect(demo('--replcas', '3')).toMatchObject({ code: 2 });
  expect(demo('--port', '70000')).toEqual({ code: 2, output: '--port 70000: a number from 1 to 65535\n' });
  expect(demo('--help').code).toBe(0);
});

import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** The rules of who may know whom. ARCHITECTURE.md draws them; this file is what fails when one is broken. */
const mayKnow: Record<string, readonly string[]> = {
  contract: [],
  files: [],
  tls: ['contract', 'files'],
  mariadb: ['contract'],
  store: ['contract'],
  configuration: ['contract', 'tls'],
  access: ['contract', 'store'],
  operations: ['contract', 'store'],
  topology: ['contract', 'mariadb', 'store'],
  takeover: ['contract', 'mariadb', 'topology', 'operations', 'store'],
  backups: ['contract', 'mariadb', 'files'],
  services: ['contract', 'mariadb', 'files'],
  galera: ['contract', 'mariadb', 'topology', 'operations', 'store', 'files', 'services'],
  hooks: [],
  bootstrap: ['contract', 'mariadb', 'files', 'backups', 'services', 'tls'],
  verification: ['contract', 'mariadb', 'files', 'backups', 'bootstrap'],
  monitoring: ['contract', 'mariadb'],
  agent: ['contract', 'mariadb', 'files', 'backups', 'bootstrap', 'galera', 'verification', 'services', 'tls'],
  sandbox: ['contract', 'mariadb', 'files', 'tls'],
  console: [
    'contract',
    'mariadb',
    'store',
    'configuration',
    'access',
    'operations',
    'topology',
    'takeover',
    'galera',
    'hooks',
    'agent',
    'http',
    'tls',
  ],
  http: ['contract', 'access', 'console', 'tls'],
  cli: [
    'contract',
    'mariadb',
    'files',
    'store',
    'configuration',
    'access',
    'topology',
    'backups',
    'bootstrap',
    'monitoring',
    'agent',
    'console',
    'sandbox',
    'setup',
    'tls',
    'services',
  ],
  setup: ['sandbox', 'cli', 'contract'],
  components: ['contract'],
  app: ['contract', 'components'],
  e2e: ['contract', 'sandbox', 'setup', 'mariadb', 'cli', 'store', 'access', 'console', 'agent', 'configuration'],
};

/** Packages that belong to some rooms only: the SQL driver to mariadb, the web server to http and agent. */
const packageRooms: Record<string, readonly string[]> = {
  mysql2: ['mariadb'],
  'node:sqlite': ['store'],
  fastify: ['http', 'agent'],
  next: ['http', 'app', 'components'],
  react: ['app', 'components'],
  commander: ['cli'],
};

/** Pure files: parse, derive, check, plan, choose. No node:*, no clock, no client. */
const pureFiles = [
  'server/contract/{snapshot,takeover,operation,reseed,dumps,first-copy,access,history,events,errors,agent,configuration,listen-address}.ts',
  'server/mariadb/{gtid,replica-status,version,grants,row}.ts',
  'server/topology/{primary-components,galera-roles,observation,roles,analysis,snapshot,lag-history}.ts',
  'server/topology/analysis/*.ts',
  'server/takeover/{plan,classify,fingerprint,cost}.ts',
  'server/takeover/checks/*.ts',
  'server/backups/{retention,chain}.ts',
  'server/bootstrap/copy-position.ts',
  'server/contract/configuration/*.ts',
  'server/contract/parameters.ts',
  'server/contract/{galera,galera-agent,galera-evidence,galera-status,galera-rounds}.ts',
  'server/galera/{parse,decide}/*.ts',
  'server/galera/rounds/choose.ts',
  'server/verification/{check-output,compare,room-needed}.ts',
  'server/monitoring/{verdict,replication,backups,certificates,galera}.ts',
  'server/access/may.ts',
];

const root = join(import.meta.dirname, '..');
const files = globSync('{app,components,e2e,server}/**/*.{ts,tsx,mjs}', { cwd: root });
/** Tests and what only they import: `x.test.ts`, `fixtures.ts`, a folder `testing/`, e2e. */
const isTest = (file: string): boolean => /\.(test|spec)\.tsx?$|\/fixtures\.ts$|\/testing\/|^e2e\//.test(file);

function roomOf(file: string): string {
  const [top = '', room = ''] = file.split('/');
  return top === 'server' ? room : top;
}

function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].flatMap((match) => match[1] ?? []);
}

const edges = files.flatMap((file) => importsOf(file).map((specifier) => ({ file, specifier })));
const target = (file: string, specifier: string): string => relative(root, join(root, dirname(file), specifier));

test('every room imports only the rooms it may know', () => {
  const broken = edges
    .filter(({ file, specifier }) => specifier.startsWith('.') && !isTest(file))
    .map(({ file, specifier }) => ({ file, from: roomOf(file), to: roomOf(target(file, specifier)) }))
    .filter(({ from, to }) => from !== to && to !== 'package.json' && !(mayKnow[from] ?? []).includes(to));
  expect(broken).toEqual([]);
});

test('every folder of the house has a rule', () => {
  const rooms = new Set(files.map(roomOf).filter((room) => !room.includes('.')));
  expect([...rooms].filter((room) => !(room in mayKnow))).toEqual([]);
});

test('what a browser loads imports nothing of the server but its contract', () => {
  const broken = edges.filter(
    ({ file, specifier }) =>
      /^(app|components)\//.test(file) &&
      !isTest(file) &&
      ((specifier.startsWith('.') &&
        target(file, specifier).startsWith('server/') &&
        !target(file, specifier).startsWith('server/contract/')) ||
        (file.startsWith('components/') && specifier.startsWith('node:'))),
  );
  expect(broken).toEqual([]);
});

test('a package stays in the rooms it belongs to', () => {
  const broken = edges.filter(({ file, specifier }) => {
    const name = Object.keys(packageRooms).find((known) => specifier === known || specifier.startsWith(`${known}/`));
    return name !== undefined && !isTest(file) && !(packageRooms[name] ?? []).includes(roomOf(file));
  });
  expect(broken).toEqual([]);
});

test('pure files import no node:* and read no clock', () => {
  const pure = pureFiles.flatMap((pattern) => globSync(pattern, { cwd: root })).filter((file) => !isTest(file));
  const broken = pure.filter(
    (file) =>
      importsOf(file).some((specifier) => specifier.startsWith('node:')) ||
      /\bDate\.now\(|new Date\(\)|performance\.now\(|\bfetch\(/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(pure.length).toBeGreaterThan(10);
  expect(broken).toEqual([]);
});

test('processes are started with an argument list, never through a shell', () => {
  const broken = files.filter(
    (file) =>
      file !== 'server/house.test.ts' &&
      /\bexecSync\(|\bexec\(\s*[`'"]|shell:\s*true/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(broken).toEqual([]);
});

test('SQL is sent to servers from mariadb/ and the sandbox alone', () => {
  const broken = files.filter(
    (file) =>
      !isTest(file) &&
      !['mariadb', 'sandbox', 'store'].includes(roomOf(file)) &&
      /\.query\(/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(broken).toEqual([]);
});

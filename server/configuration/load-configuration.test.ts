import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeProblems } from './describe-problems.ts';
import { loadConfiguration } from './load-configuration.ts';

let directory = '';
let file = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'baton-configuration-'));
  file = join(directory, 'baton.yaml');
  for (const name of ['secret', 'view', 'operate', 'replication', 'tls.crt', 'tls.key', 'ca.crt', 'ca.crl'])
    writeFileSync(join(directory, name), 'x\n', { mode: 0o600 });
});

afterEach(() => rmSync(directory, { recursive: true }));

const whole = `console:
  listen: "[::1]:8080"                # or a unix socket; several allowed
  url: https://console.example.com    # what a browser sees: origin checks and takeover-url
  tls: { certificate: tls.crt, key: tls.key }     # optional; reloaded when the files change
  store: sqlite:///srv/baton/console.sqlite
  sessionSecretFile: secret
clusters:
  erp5:
    kind: replication                 # or galera
    account:                          # observe: always; operate: connections opened only for an operation
      observe: { user: baton_view, passwordFile: view }
      operate: { user: baton_operate, passwordFile: operate }
    replication: { user: replication_user, passwordFile: replication }
    lag: { warnSeconds: 5, criticalSeconds: 60 }
    servers:
      db-1: { url: "mysql://[2001:db8::1]:3306", agent: "https://[2001:db8::1]:8443" }
      db-2: { url: "mysql://[2001:db8::2]:3306", agent: "https://[2001:db8::2]:8443", candidate: prefer }
agent:                                # on a database host
  listen: "[2001:db8::2]:8443"
  server: { socket: /run/mysqld/mysqld.sock, defaultsFile: /etc/mysql/my.cnf }
  tls: { certificate: tls.crt, key: tls.key, clientCa: ca.crt, clientCrl: ca.crl }
  backups: { directory: backup, schedule: "0 1 * * *", method: [mariabackup, dump], keep: { days: 7 } }
  services:
    mariadb_update: { kind: supervisord, url: "unix:///run/supervisor.sock", program: mariadb_update }
    # kind: systemd (unit), gate (file whose presence lets the service run), command (enable/disable/status argv)
`;

const small = `console:
  url: http://localhost:8080
  store: sqlite:///srv/baton/console.sqlite
  sessionSecretFile: secret
clusters:
  erp5:
    account:
      observe: { user: baton_view, passwordFile: view }
    servers:
      db-1: { url: "mysql://127.0.0.1:3306" }
      db-2: { url: "mysql://127.0.0.1:3307" }
`;

/** An agent's configuration with more lines. */
function agentWith(rest: string): string {
  return `agent:\n  listen: 127.0.0.1:1\n  server: { socket: /s }\n${rest}`;
}

/** The problems of a text as lines, the folder left out. */
async function problemsOf(text: string | Uint8Array): Promise<string[]> {
  writeFileSync(file, text);
  const loaded = await loadConfiguration(file);
  if (loaded.kind === 'ok') return [];
  return describeProblems('baton.yaml', loaded.problems).replaceAll(`${directory}/`, '').split('\n');
}

/** The small configuration with one text replaced. */
function changed(from: string, to: string): string {
  if (!small.includes(from)) throw new Error(`not in the configuration: ${from}`);
  return small.replace(from, to);
}

describe('a right file', () => {
  test('a hook’s program counts from the folder of the file; without it the rest still holds, and a warning says what it means', async () => {
    writeFileSync(join(directory, 'move'), '#!/bin/sh\n', { mode: 0o700 });
    const hooks = 'afterPromotion: [{ name: here, command: [move, --to] }, { name: gone, command: [gone] }]';
    writeFileSync(file, changed('    servers:', `    hooks: { ${hooks} }\n    servers:`));
    const loaded = await loadConfiguration(file);
    if (loaded.kind !== 'ok') throw new Error(describeProblems('baton.yaml', loaded.problems));
    expect(loaded.configuration.clusters['erp5']?.hooks.afterPromotion).toMatchObject([
      { command: [join(directory, 'move'), '--to'], timeoutSeconds: 10, kinds: ['switchover', 'failover'] },
      { command: [join(directory, 'gone')] },
    ]);
    const message = `the program ${join(directory, 'gone')} does not exist: takeovers are refused until it can be run`;
    expect(loaded.warnings).toMatchObject([{ field: 'clusters.erp5.hooks.afterPromotion[1].command[0]', message }]);
  });

  test('the whole example is right, with its file paths absolute', async () => {
    writeFileSync(file, whole);
    const loaded = await loadConfiguration(file);
    if (loaded.kind === 'wrong') throw new Error(describeProblems(file, loaded.problems));
    expect(loaded.warnings).toEqual([]);
    const { console, clusters, agent } = loaded.configuration;
    expect(console?.sessionSecretFile).toBe(join(directory, 'secret'));
    expect(console?.sessionHours).toBe(12);
    expect(clusters['erp5']?.account.operate?.passwordFile).toBe(join(directory, 'operate'));
    expect(clusters['erp5']?.servers['db-2']?.candidate).toBe('prefer');
    expect(agent?.tls?.clientCrl).toBe(join(directory, 'ca.crl'));
    expect(agent?.server.socket).toBe('/run/mysqld/mysqld.sock');
    expect(agent?.backups?.directory).toBe(join(directory, 'backup'));
  });

  test('defaults fill what is not written', async () => {
    writeFileSync(file, small);
    const loaded = await loadConfiguration(file);
    expect(loaded).toMatchObject({
      kind: 'ok',
      configuration: {
        console: { listen: '127.0.0.1:8080' },
        clusters: { erp5: { kind: 'replication', lag: { warnSeconds: 5 }, poll: { everySeconds: 1 } } },
      },
    });
  });

  test('a unix socket to listen on counts from the folder of the file, a port does not', async () => {
    writeFileSync(file, changed('  url: http', '  listen: ["unix:run/web.sock", "127.0.0.1:0"]\n  url: http'));
    const loaded = await loadConfiguration(file);
    expect(loaded).toMatchObject({
      configuration: { console: { listen: [`unix:${directory}/run/web.sock`, '127.0.0.1:0'] } },
    });
  });

  test('an anchor may be used for what clusters share', async () => {
    const text =
      changed('observe: {', 'observe: &view {') +
      `      db-3: { url: "mysql://127.0.0.1:3308" }
  other:
    account: { observe: *view }
    servers: { db-9: { url: "mysql://127.0.0.1:3399" } }
`;
    expect(await problemsOf(text)).toEqual([]);
  });

  test('a secret that everyone can read is right, with a warning at its line', async () => {
    chmodSync(join(directory, 'view'), 0o644);
    writeFileSync(file, small);
    const loaded = await loadConfiguration(file);
    expect(loaded).toMatchObject({
      kind: 'ok',
      warnings: [{ line: 8, column: 50, field: 'clusters.erp5.account.observe.passwordFile' }],
    });
  });
});

describe('a file that cannot be read as YAML', () => {
  test('one that is not there is told as missing', async () => {
    const loaded = await loadConfiguration(join(directory, 'none.yaml'));
    expect(loaded).toEqual({
      kind: 'wrong',
      problems: [{ line: null, column: null, field: '', message: 'this file does not exist' }],
    });
  });

  test('a folder is told as one', async () => {
    mkdirSync(join(directory, 'folder'));
    const loaded = await loadConfiguration(join(directory, 'folder'));
    expect(loaded).toMatchObject({ problems: [{ message: 'this file is a folder' }] });
  });

  test.skipIf(process.getuid?.() === 0)('one that this user may not read', async () => {
    writeFileSync(file, small, { mode: 0 });
    expect(await loadConfiguration(file)).toMatchObject({
      problems: [{ message: 'this file may not be read by this user' }],
    });
  });

  test.each([
    ['', ['baton.yaml:1:1: this file is empty; expected a console: or an agent: section']],
    ['# nothing\n', ['baton.yaml:1:1: this file is empty; expected a console: or an agent: section']],
    ['just text', ['baton.yaml:1:1: expected a section with fields, found "just text"']],
    ['- a\n- b\n', ['baton.yaml:1:1: expected a section with fields, found a list']],
    ['{}', ['baton.yaml:1:1: a console: or an agent: section']],
    ['console:\n\turl: x\n', ['baton.yaml:2:1: a tab indents this line; YAML is indented with spaces']],
    ['a: 1\n---\nb: 2\n', ['baton.yaml:2:1: a second document begins here ("---"); one file is one configuration']],
    [`${small}clusters: {}\n`, ['baton.yaml:12:1: the field "clusters" stands here a second time']],
  ])('%j', async (text, problems) => {
    expect(await problemsOf(text)).toEqual(problems);
  });

  test('bytes that are no text', async () => {
    expect(await problemsOf(new Uint8Array([0x61, 0x3a, 0xff, 0xfe]))).toEqual([
      'baton.yaml: this file is no UTF-8 text',
    ]);
  });

  test('broken quotes and brackets name their line', async () => {
    const [first = ''] = await problemsOf(changed('url: http://localhost:8080', 'url: "http://localhost:8080'));
    expect(first).toMatch(/^baton\.yaml:\d+:\d+: this is not valid YAML: /);
  });

  test('aliases that would fill the memory are refused', async () => {
    const levels = Array.from(
      { length: 9 },
      (_, n) =>
        `l${n}: &l${n} [${Array(9)
          .fill(n === 0 ? 'x' : `*l${n - 1}`)
          .join(', ')}]`,
    );
    const [first] = await problemsOf(levels.join('\n'));
    expect(first).toContain('Excessive alias count');
  });
});

describe('a wrong field is named with line, column, what was expected and what was found', () => {
  const observe = 'clusters.erp5.account.observe';
  test.each([
    [
      'url: http://localhost:8080',
      'url: localhost',
      '2:8: console.url: expected a URL (http://… or https://…), found "localhost"',
    ],
    ['  store: sqlite:///srv/baton/console.sqlite\n', '', '1:1: console.store: is missing; expected a text'],
    ['store: sqlite', 'stor: sqlite', '3:3: console.stor: is not known here; did you mean "store"?'],
    [
      'passwordFile: view',
      'password: hunter2',
      `8:36: ${observe}.password: is not known here; did you mean "passwordFile"?`,
    ],
    ['passwordFile: view', 'passwordFile:', `8:36: ${observe}.passwordFile: expected a text, found nothing`],
    [
      'passwordFile: view',
      'passwordFile: ""',
      `8:50: ${observe}.passwordFile: expected some text, found an empty text`,
    ],
    ['passwordFile: view', 'passwordFile: none', `8:50: ${observe}.passwordFile: the file none does not exist`],
    ['  erp5:', '  erp 5:', '6:3: clusters."erp 5": expected a name of letters, digits, - and _, at most 63'],
    [
      '127.0.0.1:3306"',
      '127.0.0.1:3306", candidate: maybe',
      '10:57: clusters.erp5.servers.db-1.candidate: expected "prefer" or "neutral" or "never", found "maybe"',
    ],
    [
      'mysql://127.0.0.1:3306',
      'mysql://root:secret@127.0.0.1',
      '10:20: clusters.erp5.servers.db-1.url: expected "mysql://host:port", no user or password in it, found "mysql://…@127.0.0.1"',
    ],
    [
      '    servers:',
      '    poll: { everySeconds: 0, timeoutSeconds: fast }\n    servers:',
      '9:27: clusters.erp5.poll.everySeconds: expected at least 0.2, found 0',
    ],
    [
      '    servers:',
      '    lag: { warnSeconds: 9, criticalSeconds: 3 }\n    servers:',
      '9:45: clusters.erp5.lag.criticalSeconds: expected at least warnSeconds (9), found 3',
    ],
    [
      '    servers:',
      '    sandboxKill: [kill]\n    servers:',
      '9:18: clusters.erp5.sandboxKill: expected nothing: it is for throw-away servers (sandbox: true) alone',
    ],
    [
      '    servers:',
      '    hooks: { beforeFencing: [{ name: a b, command: [/bin/true] }] }\n    servers:',
      '9:38: clusters.erp5.hooks.beforeFencing[0].name: expected letters, digits, - and _, at most 40, found "a b"',
    ],
    [
      '    servers:',
      '    hooks: { afterPromotion: [{ name: a, command: /bin/true }] }\n    servers:',
      '9:51: clusters.erp5.hooks.afterPromotion[0].command: expected a list, found "/bin/true"',
    ],
    [
      '    servers:',
      '    hooks: { afterPromotion: [{ name: a, command: [/bin/true], fence: true }] }\n    servers:',
      '9:64: clusters.erp5.hooks.afterPromotion[0].fence: is not known here; known are name, command, timeoutSeconds, kinds',
    ],
    [
      '    servers:',
      '    hooks: { onFailure: [{ name: a, command: [/bin/true] }], afterPromotion: [{ name: a, command: [/bin/true] }] }\n    servers:',
      '9:12: clusters.erp5.hooks: two hooks have the same name',
    ],
    [
      '    servers:',
      '    hooks: { beforeFencing: [{ name: a, command: [/bin/true], timeoutSeconds: 70 }] }\n    servers:',
      '9:29: clusters.erp5.hooks.beforeFencing: expected time-outs of less than takeover.budgetSeconds (60) together, found 70',
    ],
    [
      '127.0.0.1:3307',
      '127.0.0.1:3306/',
      '11:20: clusters.erp5.servers.db-2.url: expected an address of its own, found that of clusters.erp5.servers.db-1.url',
    ],
    [
      '127.0.0.1:3307',
      '127.0.0.1:3307", via: "agent',
      '11:51: clusters.erp5.servers.db-2.via: expected tcp: db-2 has no agent: beside it through which it could be reached',
    ],
    ['  url: http', '  listen: 8080\n  url: http', '2:11: console.listen: expected a text or a list, found 8080'],
    [
      '  url: http',
      '  listen: [x]\n  url: http',
      '2:12: console.listen[0]: expected "host:port", "[ipv6]:port" or "unix:/path", found "x"',
    ],
    [
      '  url: http',
      '  listen: "[::1]:65536"\n  url: http',
      '2:11: console.listen: expected "host:port", "[ipv6]:port" or "unix:/path", found "[::1]:65536"',
    ],
    [
      '127.0.0.1:3307',
      '127.0.0.1:99999',
      '11:20: clusters.erp5.servers.db-2.url: expected "mysql://host:port", no user or password in it, found "mysql://127.0.0.1:99999"',
    ],
    ['  url: http', '  sessionHours: yes\n  url: http', '2:17: console.sessionHours: expected a number, found "yes"'],
    [
      '  url: http',
      '  constructor: 1\n  url: http',
      '2:3: console.constructor: is not known here; known are listen, url, hosts, tls, plainHttp, store, sessionSecretFile, runDirectory, sessionHours, metrics',
    ],
    ['clusters:', 'cluster:', '5:1: cluster: is not known here; did you mean "clusters"?'],
  ])('%j as %j', async (from, to, problem) => {
    expect((await problemsOf(changed(from, to)))[0]).toBe(`baton.yaml:${problem}`);
  });

  test.each([
    [
      agentWith('  services: { a: { kind: cron } }'),
      '4:26: agent.services.a.kind: expected "supervisord" or "systemd" or "gate" or "command", found "cron"',
    ],
    [
      agentWith('  services: { a: {} }'),
      '4:15: agent.services.a.kind: is missing; expected "supervisord" or "systemd" or "gate" or "command"',
    ],
    [agentWith('  services: { a: { kind: gate } }'), '4:15: agent.services.a.file: is missing; expected a text'],
    [
      agentWith('  services: { a: { kind: gate, fil: /x } }'),
      '4:32: agent.services.a.fil: is not known here; did you mean "file"?',
    ],
    [
      agentWith('  services: { a: { kind: gate, file: /x, rnu: /x } }'),
      '4:42: agent.services.a.rnu: is not known here; did you mean "run"?',
    ],
    [
      agentWith('  backups: { directory: b, keep: { count: 1.5 } }'),
      '4:43: agent.backups.keep.count: expected a whole number, found 1.5',
    ],
    [
      agentWith('  backups: { directory: b, method: [tar] }'),
      '4:37: agent.backups.method[0]: expected "mariabackup" or "dump", found "tar"',
    ],
  ])('%j', async (text, problem) => {
    expect((await problemsOf(text))[0]).toBe(`baton.yaml:${problem}`);
  });

  test.each([
    [
      agentWith('  backups: { directory: b, schedule: "99 1 * * *" }'),
      /4:38: agent\.backups\.schedule: expected a schedule like "0 1 \* \* \*", found "99 1 \* \* \*" \(.+\)$/,
    ],
    [agentWith('  backups: { directory: b, schedule: "0 0 30 2 *" }'), /which never does$/],
    [agentWith('  backups: { directory: b, full: "monthly?" }'), /agent\.backups\.full: expected a schedule/],
    [agentWith('  backups: { directory: b, verify: "0 5 * * 9" }'), /agent\.backups\.verify: expected a schedule/],
    [agentWith('  tls: { certificate: ca.crt, key: . }'), /expected a file, found the folder/],
  ])('%j', async (text, problem) => {
    expect((await problemsOf(text))[0]).toMatch(problem);
  });

  test('an empty secret is told before it is needed', async () => {
    writeFileSync(join(directory, 'view'), '');
    expect(await problemsOf(small)).toEqual([`baton.yaml:8:50: ${observe}.passwordFile: the file view is empty`]);
  });

  test('all problems are told at once, from top to bottom, whatever their sort', async () => {
    const text = small
      .replace('sessionSecretFile: secret', 'sessionSecretFile: gone')
      .replace('    servers:', '    lag: { warnSeconds: 9, criticalSeconds: 3 }\n    servers:')
      .replace('mysql://127.0.0.1:3306', 'http://127.0.0.1:3306')
      .replace('  url:', '  ulr:');
    const lines = (await problemsOf(text)).map((line) => line.split(': ')[1]);
    expect(lines).toEqual([
      'console.ulr',
      'console.sessionSecretFile',
      'clusters.erp5.lag.criticalSeconds',
      'clusters.erp5.servers.db-1.url',
    ]);
  });
});

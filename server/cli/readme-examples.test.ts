import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { AgentClient } from '../agent/client.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { reservePort } from '../sandbox/ports.ts';
import { until } from '../sandbox/until.ts';
import { callSupervisord } from '../services/supervisord/xml-rpc.ts';
import { isStruct } from '../services/supervisord/xml-value.ts';
import { RealSupervisord } from '../services/testing/supervisord.ts';

/* What README.md says for a service manager, word for word but for its paths, under the real one. */
const checkout = join(import.meta.dirname, '..', '..');
const token = 'console-token-0123456789';
const timeoutMs = 50_000;
let folder: string;
let client: AgentClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-readme-'));
  for (const name of ['etc', 'srv', 'backup', 'options']) await mkdir(join(folder, name));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** The example that holds this line, with the paths of this test; for the console, "likewise". */
async function example(line: string, command: 'agent' | 'console'): Promise<string> {
  const readme = await readFile(join(checkout, 'README.md'), 'utf8');
  const all = [...readme.matchAll(/^```ini\n(.*?)^```$/gms)].map(([, text = '']) => text);
  const found = all.find((text) => text.includes(line));
  if (found === undefined) throw new Error(`README.md has no example with ${line}`);
  const places = { '/opt/baton': checkout, '/etc/baton': 'etc', '/srv/baton': 'srv', '/srv/backup': 'backup' };
  const text = Object.entries({ ...places, '/etc/mysql/baton.cnf.d': 'options' }).reduce(
    (so, [path, place]) => so.replaceAll(path, place === checkout ? place : join(folder, place)),
    found,
  );
  return text.replaceAll(/\bagent\b/g, command);
}

const pidFile = async (name: string): Promise<number> =>
  Number(await readFile(join(folder, 'srv', `${name}.pid`), 'utf8').catch(() => '0'));
const logOf = async (name: string): Promise<string> => await readFile(join(folder, 'srv', `${name}.log`), 'utf8');
const services = async (): Promise<number> => (await client.status().catch(() => null))?.services.length ?? 0;

describe('the program of supervisord', () => {
  const ports = { agent: 0, console: 0 };
  let cluster: SandboxCluster;
  let supervisord: RealSupervisord;
  beforeAll(async () => {
    for (const name of ['agent', 'console'] as const) ports[name] = (await reservePort()).port;
    client = new AgentClient({ server: 'db-1', url: `http://[::1]:${ports.agent}`, token });
    cluster = await createCluster({ replicas: 0 });
    await writeFile(join(folder, 'etc/token'), token, { mode: 0o600 });
    await writeFile(join(folder, 'etc/session'), 's'.repeat(40), { mode: 0o600 });
    await configure();
    supervisord = new RealSupervisord(folder);
    const program = '[program:baton-agent]';
    await supervisord.start(`${await example(program, 'agent')}\n${await example(program, 'console')}`);
  });
  afterAll(async () => {
    client.close();
    await supervisord?.stop();
    await cluster?.stop();
  });

  async function configure(changes: object = {}): Promise<void> {
    const { socket, optionsFile: defaultsFile } = cluster.server('db-1');
    const { user, passwordFile } = cluster.accounts.observe;
    const written = {
      console: {
        listen: `[::1]:${ports.console}`,
        url: `http://[::1]:${ports.console}`,
        store: `sqlite://${folder}/srv/console.sqlite`,
        sessionSecretFile: 'session',
      },
      clusters: {
        erp5: {
          account: { observe: { user, passwordFile } },
          servers: { 'db-1': { url: `mysql://127.0.0.1:${cluster.server('db-1').port}` } },
          ...changes,
        },
      },
      agent: {
        listen: `[::1]:${ports.agent}`,
        name: 'db-1',
        server: { socket, defaultsFile },
        tokenFile: 'token',
        stateDirectory: '../srv/agent',
        backups: { directory: '../backup' },
        ...('lag' in changes && { services: { update: { kind: 'gate', file: join(folder, 'srv/gate') } } }),
      },
    };
    await writeFile(join(folder, 'etc/baton.yaml'), stringify(written));
  }

  async function ask(method: string, ...parameters: (string | boolean)[]): Promise<unknown> {
    return await callSupervisord(supervisord.address, `supervisor.${method}`, parameters);
  }
  async function info(name: string): Promise<{ state: unknown; pid: number; exitStatus: unknown }> {
    const answer = await callSupervisord(supervisord.address, 'supervisor.getProcessInfo', [`baton-${name}`]);
    if (!isStruct(answer)) throw new Error('no answer');
    return { state: answer['statename'], pid: Number(answer['pid']), exitStatus: answer['exitstatus'] };
  }
  const answers = {
    agent: () => client.status().then(Boolean, () => false),
    console: () =>
      fetch(`http://[::1]:${ports.console}/api/v1/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
  };

  test.each(['agent', 'console'] as const)('starts the %s, which stays in the foreground', async (name) => {
    await until(answers[name], { what: `the ${name} answers`, timeoutMs });
    await until(async () => (await info(name)).state === 'RUNNING', { what: 'it counts as started', timeoutMs });
    // The launcher is what it supervises; the process id in the file is that of the program below it.
    const parent = /^PPid:\t(\d+)$/m.exec(await readFile(`/proc/${await pidFile(name)}/status`, 'utf8'))?.[1];
    expect(Number(parent)).toBe((await info(name)).pid);
  });

  test('hands a SIGHUP on: both read their configuration again, and go on', async () => {
    const before = { agent: await pidFile('agent'), console: await pidFile('console') };
    await configure({ lag: { warnSeconds: 7, criticalSeconds: 70 } });
    await ask('signalProcess', 'baton-agent', 'HUP');
    await ask('signalProcess', 'baton-console', 'HUP');
    await until(async () => (await services()) === 1, { what: 'the agent has its service', timeoutMs });
    await until(async () => (await logOf('console')).includes('configuration read again'), {
      what: 'the console has read it',
      timeoutMs,
    });
    expect({ agent: await pidFile('agent'), console: await pidFile('console') }).toEqual(before);
  });

  test('starts an agent again that was killed, and nothing of the first is left', async () => {
    const [{ pid }, program] = [await info('agent'), await pidFile('agent')];
    process.kill(pid, 'SIGKILL');
    await until(async () => ![0, program].includes(await pidFile('agent')) && (await answers.agent()), {
      what: 'another one answers',
      timeoutMs,
    });
    await until(() => !existsSync(`/proc/${program}`), { what: 'the first is gone', timeoutMs });
    await until(async () => (await info('agent')).state === 'RUNNING', { what: 'it counts as started', timeoutMs });
    expect((await info('agent')).pid).not.toBe(pid);
  });

  test.each(['agent', 'console'] as const)('ends the %s before it would be killed', async (name) => {
    await until(answers[name], { what: 'it answers', timeoutMs });
    await ask('stopProcess', `baton-${name}`, true);
    // What is left after its stopwaitsecs gets a SIGKILL, and then its exit status is -1.
    expect(await info(name)).toMatchObject({ state: 'STOPPED', exitStatus: 0 });
    expect(await pidFile(name)).toBe(0);
  });
});

const analyze = ['/usr/bin/systemd-analyze', '/bin/systemd-analyze'].find(existsSync);

test.runIf(analyze !== undefined).each(['agent', 'console'] as const)(
  'the unit of systemd is one that systemd-analyze has nothing to say of, for the %s',
  async (name) => {
    const file = join(folder, `baton-${name}.service`);
    await writeFile(file, await example('[Unit]', name));
    const verify = promisify(execFile)(analyze ?? '', ['verify', '--man=no', '--recursive-errors=no', file]);
    expect(await verify).toEqual({ stdout: '', stderr: '' });
  },
);

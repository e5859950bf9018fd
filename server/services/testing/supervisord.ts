import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { until } from '../../sandbox/until.ts';
import { callSupervisord, type SupervisordAddress } from '../supervisord/xml-rpc.ts';

/** Where the set-up unpacks Debian's package: an installation would start a service of the system. */
const unpacked = join(import.meta.dirname, '..', '..', '..', 'var', 'cache', 'supervisor');

/** For tests: a real supervisord with a folder of its own. */
export class RealSupervisord {
  readonly address: SupervisordAddress;
  readonly #folder: string;
  #child: ChildProcess | null = null;

  /** `http`: listens there, and wants a name and a password. */
  constructor(folder: string, http: { port: number; username: string; passwordFile: string } | null = null) {
    this.#folder = folder;
    this.address =
      http === null
        ? { url: `unix://${join(folder, 's.sock')}` }
        : { url: `http://127.0.0.1:${http.port}`, username: http.username, passwordFile: http.passwordFile };
  }

  /** Starts it with these sections of programs, and resolves when it answers. */
  async start(programs: string): Promise<void> {
    const file = join(this.#folder, 'supervisord.conf');
    await writeFile(file, `${await this.#head()}\n${programs}`);
    const log = await open(join(this.#folder, 'supervisord.out'), 'a');
    const { command, env } = executable();
    // It never outlives the test; at SIGTERM it ends what it runs.
    const argv = ['--pdeathsig', 'TERM', ...command, '--nodaemon', '--configuration', file];
    const child = spawn('setpriv', argv, { stdio: ['ignore', log.fd, log.fd], env, cwd: this.#folder });
    await log.close();
    this.#child = child;
    const answers = async (): Promise<boolean> =>
      await callSupervisord(this.address, 'supervisor.getPID', []).then(
        (pid) => pid === child.pid,
        () => false,
      );
    await until(async () => child.exitCode !== null || (await answers()), {
      what: 'supervisord answers',
      timeoutMs: 60_000,
    });
    if (child.exitCode !== null) throw new Error(await readFile(join(this.#folder, 'supervisord.out'), 'utf8'));
  }

  /** Ends it, and what it runs. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }

  async #head(): Promise<string> {
    const { url, username, passwordFile } = this.address;
    const own = [
      '[supervisord]',
      `logfile=${join(this.#folder, 'supervisord.log')}`,
      `pidfile=${join(this.#folder, 'supervisord.pid')}`,
      `childlogdir=${this.#folder}`,
      // Root is told that it is, in the log; nothing else.
      ...(process.getuid?.() === 0 ? ['user=root'] : []),
      '[rpcinterface:supervisor]',
      'supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface',
    ];
    const listens =
      passwordFile === undefined
        ? ['[unix_http_server]', `file=${url.slice('unix://'.length)}`]
        : [
            '[inet_http_server]',
            `port=${url.slice('http://'.length)}`,
            `username=${username}`,
            `password=${(await readFile(passwordFile, 'utf8')).trim()}`,
          ];
    return [...own, ...listens, ''].join('\n');
  }
}

function executable(): { command: readonly string[]; env: NodeJS.ProcessEnv } {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const installed = [...folders, '/usr/bin'].map((folder) => join(folder, 'supervisord')).find(existsSync);
  if (installed !== undefined) return { command: [installed], env: process.env };
  if (!existsSync(unpacked)) throw new Error('There is no supervisord: npm test unpacks it into var/cache.');
  return {
    command: ['/usr/bin/python3', join(unpacked, 'usr/bin/supervisord')],
    env: { ...process.env, PYTHONPATH: join(unpacked, 'usr/lib/python3/dist-packages') },
  };
}

#!/usr/bin/env node
/*
 * For tests: fake-systemctl and fake-journalctl, where no systemd runs. They answer as systemd 252 does for the verbs that
 * Baton uses; units are folders below FAKE_SYSTEMD, their processes are real.
 *   UNIT/exec (JSON argv), UNIT/type (oneshot | simple), UNIT/file (enabled | disabled | static), state in UNIT/run.json
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = process.env['FAKE_SYSTEMD'] ?? '';
const args = process.argv.slice(2).filter((arg) => arg !== '--user' && arg !== '--no-ask-password');

/** @param {string} text @param {number} code @returns {never} */
function fail(text, code) {
  process.stderr.write(`${text}\n`);
  process.exit(code);
}

/** @param {string} file */
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '');

/** @param {string} folder @returns {{ invocation: string, pid: number, code: number | null } | null} */
function runOf(folder) {
  const file = join(folder, 'run.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/** @param {number} pid */
function alive(pid) {
  return pid > 0 && existsSync(`/proc/${pid}`) && !/\) Z /.test(read(`/proc/${pid}/stat`));
}

/** @param {string} folder */
function properties(folder) {
  const run = runOf(folder);
  const up = run !== null && run.code === null && alive(run.pid);
  const code = run?.code ?? 0;
  const oneshot = read(join(folder, 'type')) === 'oneshot';
  /** @type {Record<string, string>} */
  const all = {
    LoadState: 'loaded',
    UnitFileState: read(join(folder, 'file')),
    ActiveState: up ? (oneshot ? 'activating' : 'active') : code !== 0 ? 'failed' : 'inactive',
    SubState: up ? (oneshot ? 'start' : 'running') : code !== 0 ? 'failed' : 'dead',
    Result: code === 0 ? 'success' : 'exit-code',
    ExecMainStatus: String(code),
    InvocationID: run?.invocation ?? '',
  };
  return all;
}

/** @param {string} folder */
function start(folder) {
  const before = runOf(folder);
  if (before !== null && before.code === null && alive(before.pid)) return;
  const invocation = randomUUID().replaceAll('-', '');
  const log = openSync(join(folder, `${invocation}.log`), 'a');
  const file = join(folder, 'run.json');
  // The runner outlives this command, as a service does.
  const runner = `
    const { spawn } = require('node:child_process');
    const { writeFileSync } = require('node:fs');
    const [command, ...args] = JSON.parse(process.argv[1]);
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    const write = (code) => writeFileSync(process.argv[2], JSON.stringify({ invocation: process.argv[3], pid: child.pid, code }));
    write(null);
    process.send('begun');
    process.disconnect();
    child.on('exit', (code, signal) => write(signal === 'SIGTERM' ? 0 : (code ?? 1)));
  `;
  const child = spawn(process.execPath, ['-e', runner, read(join(folder, 'exec')), file, invocation], {
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  child.once('message', () => process.exit(0));
}

/** @param {string} folder */
function stop(folder) {
  const run = runOf(folder);
  if (run === null || run.code !== null || !alive(run.pid)) return;
  process.kill(run.pid, 'SIGTERM');
  const timer = setInterval(() => {
    const now = runOf(folder);
    if (now !== null && now.code !== null) clearInterval(timer);
  }, 10);
}

if (basename(process.argv[1] ?? '') === 'fake-journalctl') {
  const invocation = args.at(-1)?.split('=')[1] ?? '';
  const folder = read(join(root, 'unit'));
  process.stdout.write(read(join(folder, `${invocation}.log`)));
} else {
  const [verb = ''] = args;
  const unit = args[args.indexOf('--') + 1] ?? '';
  const folder = join(root, unit);
  if (!existsSync(folder)) {
    if (verb !== 'show') fail(`Failed to ${verb} ${unit}: Unit ${unit} not found.`, 5);
    process.stdout.write('LoadState=not-found\n');
  } else if (verb === 'show') {
    const wanted = (args.find((arg) => arg.startsWith('--property=')) ?? '').slice('--property='.length).split(',');
    const all = properties(folder);
    process.stdout.write(wanted.map((name) => `${name}=${all[name] ?? ''}\n`).join(''));
  } else if (verb === 'start') {
    start(folder);
  } else if (verb === 'stop') {
    stop(folder);
  } else if (verb === 'enable' || verb === 'disable') {
    if (read(join(folder, 'file')) !== 'static') writeFileSync(join(folder, 'file'), `${verb}d`);
  } else {
    fail(`Unknown command verb ${verb}.`, 1);
  }
}

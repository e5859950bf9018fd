import { spawn } from 'node:child_process';
import { chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recovered } from '../../contract/galera-evidence.ts';
import { parseRecovered } from '../parse/recovered.ts';

/** The line comes at the end; a log of more than this is not kept whole. */
const MAX_OUTPUT_CHARS = 16_777_216;

/**
 * Has mariadbd read the position that InnoDB holds: on a private socket, without network, with its log on our pipe. It
 * recovers the database as a start would, and leaves grastate.dat and gvwstate.dat alone (measured). The caller has proven
 * that the node is down. Never rejects.
 */
export async function recoverPosition(asked: {
  readonly program: string;
  readonly optionsFile: string;
  readonly dataDirectory: string;
  readonly timeoutMs: number;
}): Promise<Recovered> {
  const { uid, gid } = await stat(asked.dataDirectory);
  const place = await mkdtemp(join(tmpdir(), 'baton-recover-'));
  try {
    // mariadbd refuses to run as root unless told as whom: as the owner of its data, or it would leave files of root there.
    const root = process.getuid?.() === 0;
    if (root) await chown(place, uid, gid);
    const argv = [
      `--defaults-file=${asked.optionsFile}`,
      ...(root ? [`--user=${uid === 0 ? 'root' : uid}`] : []),
      '--disable-log-error',
      '--skip-networking',
      `--socket=${join(place, 's')}`,
      `--pid-file=${join(place, 'pid')}`,
      '--wsrep-recover',
    ];
    return await ranToItsEnd(asked.program, argv, asked.timeoutMs);
  } catch (error) {
    return { kind: 'failed', reason: `mariadbd --wsrep-recover could not be run: ${String(error)}` };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function ranToItsEnd(program: string, argv: readonly string[], timeoutMs: number): Promise<Recovered> {
  return await new Promise((resolve) => {
    const child = spawn(program, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (chunk: string) => {
      output = (output + chunk).slice(-MAX_OUTPUT_CHARS);
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ kind: 'failed', reason: `mariadbd --wsrep-recover could not be started: ${error.message}` });
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve(parseRecovered(output));
      const how = signal === null ? `with code ${code}` : `by ${signal} (it had ${timeoutMs / 1000} s)`;
      resolve({ kind: 'failed', reason: `mariadbd --wsrep-recover ended ${how}: ${lastError(output)}` });
    });
  });
}

function lastError(output: string): string {
  const lines = output.trim().split('\n');
  return (lines.findLast((line) => line.includes('[ERROR]')) ?? lines.at(-1) ?? '').slice(0, 300);
}

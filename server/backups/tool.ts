import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** How much of what a tool complains about is kept: its last words are the reason it gives. */
const keptComplaintChars = 2000;

/** A running command-line tool in a pipe. */
export interface Tool {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Null when it ended well, else what failed, with the tool's own last words. Never rejects. */
  readonly ended: Promise<string | null>;
  /** Ends it at once; nothing of a dump is worth waiting for once it has failed. */
  kill(): void;
}

/** Starts a tool with an argument list. A tool that is not installed shows in `ended`. */
export function startTool(command: string, args: readonly string[]): Tool {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => (complaint = (complaint + text).slice(-keptComplaintChars)));
  const ended = new Promise<string | null>((resolve) => {
    child.on('error', (error) => resolve(`${command} could not be started: ${error.message}`));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(null);
      const how = code === null ? `was ended by ${signal}` : `ended with code ${code}`;
      resolve(`${command} ${how}${complaint === '' ? '' : `: ${complaint.trim()}`}`);
    });
  });
  return { stdin: child.stdin, stdout: child.stdout, ended, kill: () => child.kill('SIGKILL') };
}

import { setTimeout as delay } from 'node:timers/promises';
import type { BackupRun, VerifyRun } from '../../contract/agent.ts';
import type { Dump } from '../../contract/dumps.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { age, bytes, seconds } from '../terminal/quantity.ts';
import type { Terminal } from '../terminal/terminal.ts';

const pollMs = 300;

/** Follows a backup that is being taken to its end, and prints it. */
export async function followTaking(
  look: () => Promise<BackupRun>,
  json: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  const run = await followed(look, (one) => terminal.progress(`${one.method}: ${bytes(one.bytes)}`));
  terminal.progress('');
  if (json) terminal.json(run);
  else terminal.line(takenText(run));
  return run.state === 'done' ? exitCode.done : exitCode.failed;
}

/** Follows a verification to its end, and prints what it found: `unknown` where that could not be found out. */
export async function followVerifying(
  look: () => Promise<VerifyRun>,
  json: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  const run = await followed(look, (one) =>
    terminal.progress(`${one.step}: ${bytes(one.bytes)} of ${bytes(one.totalBytes)}`),
  );
  terminal.progress('');
  if (json) terminal.json(run);
  else terminal.line(provenText(run));
  if (run.ok === null) return exitCode.unknown;
  return run.ok ? exitCode.done : exitCode.failed;
}

/** Looks again and again until it has ended; the agent goes on with it whatever becomes of this command. */
async function followed<Run extends { readonly state: string }>(
  look: () => Promise<Run>,
  show: (run: Run) => void,
): Promise<Run> {
  for (;;) {
    const run = await look();
    if (run.state !== 'running') return run;
    show(run);
    await delay(pollMs);
  }
}

function takenText(run: BackupRun): string {
  if (run.state !== 'done') return `The backup failed, and left nothing behind: ${run.error}`;
  return `${run.name}: ${run.method}, ${bytes(run.bytes)} in ${duration(run)}`;
}

function provenText(run: VerifyRun): string {
  if (run.ok === null) return `${run.name}: ${run.text}`;
  return run.ok
    ? `${run.name}: restored and checked in ${duration(run)}: ${run.text}`
    : `${run.name}: NOT good: ${run.text}`;
}

function duration({ startedAt, endedAt }: { readonly startedAt: string; readonly endedAt: string | null }): string {
  return seconds((Date.parse(endedAt ?? startedAt) - Date.parse(startedAt)) / 1000);
}

/** A cell of a table: has this backup been proven to restore? */
export function provenCell(verified: Dump['verified'], nowMs: number): string {
  if (verified === null) return 'never restored';
  return `${verified.ok ? 'restored' : 'NOT GOOD'} ${age(verified.at, nowMs)} ago`;
}

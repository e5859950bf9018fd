import { execute } from '../command/execute.ts';

/** A unit, and the systemctl that is asked about it. */
export interface SystemdUnit {
  readonly unit: string;
  /** The agent's user's own systemd, not the system's. */
  readonly user: boolean;
  /** How long a start or a stop may take; absent: as long as flipping a switch. */
  readonly timeoutMs?: number | undefined;
  /** Programs of the host; tests name fakes. */
  readonly programs?: { readonly systemctl: string; readonly journalctl: string } | undefined;
}

/** What systemd knows of a unit (systemctl(1), org.freedesktop.systemd1(5)). */
export interface UnitState {
  readonly load: string;
  /** enabled, enabled-runtime, disabled, static, masked, …; empty where there is no file. */
  readonly file: string;
  readonly active: string;
  readonly sub: string;
  readonly result: string;
  readonly exitCode: number;
  /** Of its newest start: another one is another run. */
  readonly invocation: string;
}

const properties = [
  'LoadState',
  'UnitFileState',
  'ActiveState',
  'SubState',
  'Result',
  'ExecMainStatus',
  'InvocationID',
];

/** Runs systemctl for the unit and answers what it printed. Rejects with what it said. */
export async function systemctl(unit: SystemdUnit, verb: string, ...options: string[]): Promise<string> {
  const program = unit.programs?.systemctl ?? 'systemctl';
  const argv = [program, ...(unit.user ? ['--user'] : []), '--no-ask-password', verb, ...options, '--', unit.unit];
  const { exitCode, output } = await execute(argv, unit.timeoutMs);
  if (exitCode !== 0) throw new Error(`systemctl ${verb} ended with code ${exitCode}: ${output}`);
  return output;
}

/** Rejects where systemd can't be asked, or has no such unit. */
export async function unitState(unit: SystemdUnit): Promise<UnitState> {
  const printed = await systemctl(unit, 'show', `--property=${properties.join(',')}`);
  const values = new Map(
    printed.split('\n').map((line): [string, string] => {
      const end = line.indexOf('=');
      return [line.slice(0, end), line.slice(end + 1)];
    }),
  );
  const value = (name: string): string => values.get(name) ?? '';
  const load = value('LoadState');
  if (!['loaded', 'masked'].includes(load))
    throw new Error(`systemd has no unit ${unit.unit} (${load || 'no answer'})`);
  return {
    load,
    file: value('UnitFileState'),
    active: value('ActiveState'),
    sub: value('SubState'),
    result: value('Result'),
    exitCode: Number(value('ExecMainStatus')) || 0,
    invocation: value('InvocationID'),
  };
}

/** A process of it is there, or comes or goes just now. */
export function isUp({ active, sub }: UnitState): boolean {
  // RemainAfterExit: it has done its work.
  return !['inactive', 'failed', ''].includes(active) && sub !== 'exited';
}

/** What the run of that invocation has printed; why it can't be told where the journal is not ours to read. */
export async function unitLog(unit: SystemdUnit, invocation: string): Promise<string> {
  const program = unit.programs?.journalctl ?? 'journalctl';
  const scope = unit.user ? ['--user'] : [];
  const argv = [program, ...scope, '--quiet', '--no-pager', '--output=cat', `_SYSTEMD_INVOCATION_ID=${invocation}`];
  const { exitCode, output } = await execute(argv, undefined, 65_536);
  return exitCode === 0 ? output : `journalctl ended with code ${exitCode}: ${output}`;
}

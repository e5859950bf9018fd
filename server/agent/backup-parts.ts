import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { BackupRunner } from '../backups/backup-runner.ts';
import { freeBytes } from '../backups/disk-space.ts';
import { FailureNote } from '../backups/failure-note.ts';
import { lastCall, startSchedule, type Schedule } from '../backups/schedule.ts';
import type { BackupTurn } from '../backups/turn.ts';
import { Verifications } from '../verification/verifications.ts';
import { noBackups, type AgentStatus } from '../contract/agent.ts';
import type { AgentConfiguration } from '../contract/configuration/agent.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { enginePluginArguments } from '../mariadb/engine-plugins.ts';
import { askLocalServer } from '../mariadb/local-server.ts';

const enginesTimeoutMs = 10_000;

/** The backups of one agent. */
export interface BackupParts {
  readonly server: string;
  readonly directory: string;
  readonly logger: Logger;
  readonly runner: BackupRunner;
  readonly schedule: Schedule | null;
  readonly methods: AgentStatus['backups']['methods'];
  readonly verifications: Verifications;
  readonly verifySchedule: Schedule | null;
}

/**
 * Makes the backups of an agent, which take nothing before their runner is opened; null where none are configured.
 * Rejects with a message that names the field when the configuration can't be followed.
 */
export async function createBackups(
  configuration: AgentConfiguration,
  options: {
    readonly server: string;
    readonly stateDirectory: string;
    readonly turn: BackupTurn;
    readonly now: () => Date;
    readonly logger: Logger;
  },
): Promise<BackupParts | null> {
  const rules = configuration.backups;
  if (!rules) return null;
  const { directory, keep, method, schedule, full, verify } = rules;
  if (full !== undefined) named('full', () => lastCall(full, options.now()));
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { socket, defaultsFile } = configuration.server;
  const note = await FailureNote.open(join(options.stateDirectory, 'last-backup-failure.json'));
  const workDirectory = options.stateDirectory;
  const place = { socket, defaultsFile, directory, workDirectory };
  const verifications = new Verifications({
    ...options,
    directory,
    workDirectory: rules.verifyDirectory ?? join(options.stateDirectory, 'verify'),
    engines: async () =>
      await askLocalServer({ socket, defaultsFile }, enginesTimeoutMs, async (asked) =>
        enginePluginArguments(asked, enginesTimeoutMs),
      ).catch(() => []),
    note,
  });
  const inUse = (): string | null => verifications.running()?.name ?? null;
  const runner = new BackupRunner({ ...options, ...place, rules, keep, note, inUse });
  return {
    server: options.server,
    directory,
    logger: options.logger,
    methods: method,
    runner,
    verifications,
    verifySchedule:
      verify === undefined ? null : named('verify', () => startSchedule(verify, () => verifications.startNewest())),
    schedule:
      schedule === undefined
        ? null
        : named('schedule', () => startSchedule(schedule, () => takeEach(method, { ...options, runner }))),
  };
}

/** One after the other: each costs the disk a whole reading. */
async function takeEach(methods: BackupParts['methods'], parts: ScheduledParts): Promise<void> {
  for (const method of methods) {
    await takeScheduled(method, parts);
    await parts.runner.idle();
  }
}

interface ScheduledParts {
  readonly runner: Pick<BackupRunner, 'idle' | 'take' | 'running'>;
  readonly turn: BackupTurn;
  readonly logger: Logger;
}

/** Takes one, behind a copy for another server where one is being sent: it would be missing until the next time. Never rejects. */
export async function takeScheduled(
  method: BackupParts['methods'][number],
  { runner, turn, logger }: ScheduledParts,
): Promise<void> {
  for (;;) {
    await runner.idle();
    await turn.free();
    try {
      await runner.take({ method });
      return;
    } catch (error) {
      const isForCopy = error instanceof BatonError && error.code === 'already-running' && runner.running() === null;
      if (isForCopy && turn.held !== null) continue;
      // The runner remembers a refusal, and a backup that is being taken is as good as this one.
      logger.warn({ method, reason: messageOf(error) }, 'scheduled backup not begun');
      return;
    }
  }
}

function named<T>(field: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new Error(`agent.backups.${field}: ${messageOf(error)}`, { cause: error });
  }
}

/** What GET /v1/status says of backups. */
export async function backupsStatus(parts: BackupParts | null): Promise<AgentStatus['backups']> {
  if (!parts) return noBackups;
  const running = parts.runner.running();
  const failures = parts.runner.failures();
  const verifying = parts.verifications.running();
  return {
    ...noBackups,
    nextAt: parts.schedule?.next()?.toISOString() ?? null,
    methods: parts.methods,
    running: running && {
      id: running.id,
      startedAt: running.startedAt,
      bytes: running.bytes,
      method: running.method,
    },
    verifying: verifying && { id: verifying.id, name: verifying.name, startedAt: verifying.startedAt },
    nextVerifyAt: parts.verifySchedule?.next()?.toISOString() ?? null,
    lastFailure: failures[0] ?? null,
    failures,
    freeBytes: await freeBytes(parts.directory),
  };
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { BackupRunner } from '../backups/backup-runner.ts';
import { freeBytes } from '../backups/disk-space.ts';
import { FailureNote } from '../backups/failure-note.ts';
import { startSchedule, type Schedule } from '../backups/schedule.ts';
import type { BackupTurn } from '../backups/turn.ts';
import { noBackups, type AgentStatus } from '../contract/agent.ts';
import type { AgentConfiguration } from '../contract/configuration.ts';
import { messageOf } from '../contract/errors.ts';

/** mariadb-dump prints all the time; after this silence its server is frozen, or holds a lock that nobody gives back. */
const stallTimeoutMs = 900_000;

/** The backups of one agent. */
export interface BackupParts {
  readonly server: string;
  readonly directory: string;
  readonly runner: BackupRunner;
  readonly schedule: Schedule | null;
  readonly methods: AgentStatus['backups']['methods'];
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
  if (!configuration.backups) return null;
  const { directory, keep, method, schedule } = configuration.backups;
  if (method.includes('mariabackup')) {
    throw new Error('agent.backups.method: mariabackup is not supported yet; dump is supported');
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { socket, defaultsFile } = configuration.server;
  const note = await FailureNote.open(join(options.stateDirectory, 'last-backup-failure.json'));
  const runner = new BackupRunner({ ...options, socket, defaultsFile, directory, keep, stallTimeoutMs, note });
  return {
    server: options.server,
    directory,
    methods: method,
    runner,
    schedule: schedule === undefined ? null : scheduleOf(schedule, runner, options.logger),
  };
}

function scheduleOf(expression: string, runner: BackupRunner, logger: Logger): Schedule {
  const take = async (): Promise<void> => {
    try {
      await runner.take();
    } catch (error) {
      // The runner remembers a refusal, and a backup that is being taken is as good as this one.
      logger.warn({ reason: String(error) }, 'scheduled backup not begun');
    }
  };
  try {
    return startSchedule(expression, take);
  } catch (error) {
    const reason = messageOf(error);
    throw new Error(`agent.backups.schedule: ${reason}`, { cause: error });
  }
}

/** What GET /v1/status says of backups. */
export async function backupsStatus(parts: BackupParts | null): Promise<AgentStatus['backups']> {
  if (!parts) return noBackups;
  const running = parts.runner.running();
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
    lastFailure: parts.runner.lastFailure(),
    freeBytes: await freeBytes(parts.directory),
  };
}

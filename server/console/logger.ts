import process from 'node:process';
import { once } from 'node:events';
import { pino, type DestinationStream, type Logger } from 'pino';

/** A log, and how it is begun anew in the same file after that was renamed (logrotate). */
export interface OpenLog {
  readonly logger: Logger;
  reopen(): void;
}

/** The log in a file, or on standard error where none is named. Rejects where it can't be written. */
export async function openLog(file: string | undefined): Promise<OpenLog> {
  if (file === undefined) return { logger: createLogger(), reopen: () => undefined };
  const destination = pino.destination({ dest: file, append: true, mkdir: true, sync: false });
  await once(destination, 'ready');
  // A full disk costs lines, and nothing else.
  destination.on('error', () => undefined);
  return { logger: createLogger(undefined, destination), reopen: () => destination.reopen() };
}

/**
 * The console's log: JSON lines on standard error. Nothing that proves who somebody is gets into it, even where a whole
 * object is logged.
 */
export function createLogger(
  level = process.env['BATON_LOG_LEVEL'] ?? 'info',
  destination: DestinationStream = pino.destination({ dest: 2, sync: false }),
): Logger {
  const secret = ['password', 'token', 'secret', 'authorization', 'cookie'];
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secret.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[removed]' },
    },
    destination,
  );
}

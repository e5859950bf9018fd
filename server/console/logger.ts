import process from 'node:process';
import { pino, type Logger } from 'pino';

/**
 * The console's log: JSON lines on standard error. Nothing that proves who somebody is gets into it, even where a whole
 * object is logged.
 */
export function createLogger(level = process.env['BATON_LOG_LEVEL'] ?? 'info'): Logger {
  const secret = ['password', 'token', 'secret', 'authorization', 'cookie'];
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secret.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[removed]' },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}

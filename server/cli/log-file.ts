import type { Logger } from 'pino';
import type { Option } from './command.ts';

export const logFileOption: Option = {
  flags: '--log-file <file>',
  text: 'log there instead of to standard error; SIGHUP and SIGUSR1 open it anew',
};

/**
 * Runs `work` with a log. SIGHUP and SIGUSR1 open its file anew, and SIGHUP calls what `work` gave to onReload, also
 * one that came before that. Rejects where the file can't be written.
 */
export async function withLog<T>(
  file: string | undefined,
  work: (logger: Logger, onReload: (reload: () => Promise<void>) => void) => Promise<T>,
): Promise<T> {
  const { openLog } = await import('../console/logger.ts');
  const log = await openLog(file);
  const { logger } = log;
  const reopen = (): void => log.reopen();
  let asked = false;
  let reload: (() => Promise<void>) | null = null;
  // Node's own answer to SIGUSR1 is a debugger that listens; that one is switched off by this.
  process.on('SIGUSR1', reopen);
  const onHangUp = (): void => {
    reopen();
    asked = true;
    void reload?.();
  };
  process.on('SIGHUP', onHangUp);
  try {
    return await work(logger, (given) => {
      reload = given;
      if (asked) void given();
    });
  } finally {
    process.off('SIGUSR1', reopen);
    process.off('SIGHUP', onHangUp);
    logger.flush();
  }
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { RunningConsole } from '../../console/start-console.ts';
import { BatonError, messageOf } from '../../contract/errors.ts';
import { command, configOption } from '../command.ts';
import { configurationFile } from '../configuration-file.ts';
import { exitCode } from '../exit-code.ts';
import { logFileOption, withLog } from '../log-file.ts';
import { pidFileOption, withPidFile } from '../pid-file.ts';
import { untilStopped } from '../until-stopped.ts';

const root = join(import.meta.dirname, '..', '..', '..');

export const console = command({
  name: 'console',
  summary: 'the web console and its engine, in the foreground',
  details: 'SIGHUP reads the configuration again; a wrong one is refused, and the running one stays in force.',
  options: [configOption, pidFileOption, logFileOption],
  input: z.object({
    config: z.string().optional(),
    pidFile: z.string().optional(),
    logFile: z.string().optional(),
  }),
  async run({ config, pidFile, logFile }) {
    const stopped = untilStopped(['SIGINT', 'SIGTERM']);
    const configurationPath = configurationFile(config);
    // Loaded here, so that the other commands start without a web server.
    const { startConsole } = await import('../../console/start-console.ts');
    const built = existsSync(join(root, '.next', 'BUILD_ID'));
    await withPidFile(pidFile, async () => {
      await withLog(logFile, async (logger, onReload) => {
        if (!built) logger.warn('the pages are not built (npm run build): only the API answers');
        const running = await startConsole({
          configurationPath,
          logger,
          nextDirectory: built ? root : null,
        }).catch(explainListening);
        running.pagesReady.catch((error: unknown) =>
          logger.error({ reason: String(error) }, 'the pages did not come up'),
        );
        onReload(() => reload(running, logger));
        await stopped;
        await running.close();
      });
    });
    return exitCode.done;
  },
});

async function reload(running: RunningConsole, logger: Logger): Promise<void> {
  try {
    await running.reload();
  } catch (error) {
    logger.error({ reason: messageOf(error) }, 'configuration not taken');
  }
}

/** An address in use or not ours is no bug of ours: said in a sentence. */
function explainListening(error: unknown): never {
  if (error instanceof Error && 'syscall' in error && error.syscall === 'listen') {
    throw new BatonError('unavailable', `The console can't listen: ${error.message}.`);
  }
  throw error;
}

import { z } from 'zod';
import { command, configOption } from '../command.ts';
import { agentSection } from '../configuration-file.ts';
import { exitCode } from '../exit-code.ts';
import { logFileOption, withLog } from '../log-file.ts';
import { pidFileOption, withPidFile } from '../pid-file.ts';
import { untilStopped } from '../until-stopped.ts';

const LINGER_MS = 300;

export const agent = command({
  name: 'agent',
  summary: 'the agent of one server, in the foreground',
  details:
    'SIGHUP reads the configuration again, when no backup and no copy is in progress; a wrong one is refused, and the ' +
    'running one stays in force. SIGTERM ends it within 5 s.',
  options: [configOption, pidFileOption, logFileOption],
  input: z.object({
    config: z.string().optional(),
    pidFile: z.string().optional(),
    logFile: z.string().optional(),
  }),
  async run({ config, pidFile, logFile }) {
    const stopped = untilStopped(['SIGINT', 'SIGTERM']);
    const section = await agentSection(config);
    // Loaded here, so that the other commands start without a web server.
    const { startReloadableAgent } = await import('../agent-process.ts');
    await withPidFile(pidFile, async () => {
      await withLog(logFile, async (logger, onReload) => {
        const running = await startReloadableAgent(section, async () => await agentSection(config), logger);
        onReload(() => running.reload());
        try {
          await Promise.race([stopped, running.failed]);
        } finally {
          await running.close();
        }
      });
    });
    // A question to a server that hangs still holds its connection; it is not waited for.
    setTimeout(() => process.exit(), LINGER_MS).unref();
    return exitCode.done;
  },
});

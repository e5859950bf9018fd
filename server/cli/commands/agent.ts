import { z } from 'zod';
import { BatonError } from '../../contract/errors.ts';
import { command, configOption } from '../command.ts';
import { readConfiguration } from '../configuration-file.ts';
import { exitCode } from '../exit-code.ts';
import { pidFileOption, withPidFile } from '../pid-file.ts';
import { untilStopped } from '../until-stopped.ts';

export const agent = command({
  name: 'agent',
  summary: 'the agent of one server, in the foreground',
  options: [configOption, pidFileOption],
  input: z.object({ config: z.string().optional(), pidFile: z.string().optional() }),
  async run({ config, pidFile }) {
    const stopped = untilStopped();
    const { file, configuration } = await readConfiguration(config);
    const section = configuration.agent;
    if (section === undefined) {
      throw new BatonError('invalid', `${file}: there is no agent: section.`, 'Name the configuration of an agent.');
    }
    // Loaded here, so that the other commands start without a web server.
    const [{ pino }, { startAgent }] = await Promise.all([import('pino'), import('../../agent/start-agent.ts')]);
    await withPidFile(pidFile, async () => {
      const running = await startAgent(section, pino({ name: 'baton-agent' }));
      await stopped;
      await running.close();
    });
    return exitCode.done;
  },
});

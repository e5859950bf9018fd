import { z } from 'zod';
import { BatonError } from '../../contract/errors.ts';
import { command, configOption } from '../command.ts';
import { readConfiguration } from '../configuration-file.ts';
import { exitCode } from '../exit-code.ts';
import { leaveParent, untilStopped } from '../until-stopped.ts';

export const agent = command({
  name: 'agent',
  summary: 'the agent of one server, in the foreground',
  options: [configOption],
  input: z.object({ config: z.string().optional() }),
  async run({ config }) {
    const { file, configuration } = await readConfiguration(config);
    if (configuration.agent === undefined) {
      throw new BatonError('invalid', `${file}: there is no agent: section.`, 'Name the configuration of an agent.');
    }
    const stopped = untilStopped();
    // Loaded here, so that the other commands start without a web server.
    const [{ pino }, { startAgent }] = await Promise.all([import('pino'), import('../../agent/start-agent.ts')]);
    const running = await startAgent(configuration.agent, pino({ name: 'baton-agent' }));
    await stopped;
    await running.close();
    leaveParent();
    return exitCode.done;
  },
});

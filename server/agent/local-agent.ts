import { join } from 'node:path';
import type { AgentConfiguration } from '../contract/configuration/agent.ts';
import { BatonError } from '../contract/errors.ts';
import { AgentClient } from './client.ts';
import { localTokenFile, readLocalDoor } from './local-door.ts';
import { stateDirectoryOf } from './state-directory.ts';

/** The agent that runs on this host with this configuration. Rejects with BatonError unavailable where there is no sign of it. */
export async function localAgent(configuration: AgentConfiguration): Promise<AgentClient> {
  const directory = stateDirectoryOf(configuration);
  try {
    const door = await readLocalDoor(directory);
    return new AgentClient({ server: configuration.name ?? 'this host', url: 'http://localhost', ...door });
  } catch {
    throw new BatonError(
      'unavailable',
      `${join(directory, localTokenFile)} can't be read: no agent runs here, or as another user.`,
      'Start it: baton agent.',
    );
  }
}

import { join } from 'node:path';
import type { AgentConfiguration } from '../contract/configuration/agent.ts';

/** Where an agent keeps what is its own. Throws where the configuration names no place for it. */
export function stateDirectoryOf({ stateDirectory, backups }: AgentConfiguration): string {
  const directory = stateDirectory ?? (backups && join(backups.directory, '.agent'));
  if (directory === undefined)
    throw new Error('agent.stateDirectory is missing: where there are no backups, it is needed');
  return directory;
}

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeProblems } from '../configuration/describe-problems.ts';
import { loadConfiguration } from '../configuration/load-configuration.ts';
import type { Problem } from '../configuration/problem.ts';
import type { Configuration } from '../contract/configuration.ts';
import type { AgentConfiguration } from '../contract/configuration/agent.ts';
import { BatonError } from '../contract/errors.ts';

/** Where a configuration is looked for when none is named. */
const usualPlaces = ['baton.yaml', '/etc/baton/baton.yaml'];

/** The file that --config or BATON_CONFIG names, else the usual one. Throws 'invalid' where there is none. */
export function configurationFile(named: string | undefined): string {
  const file = named ?? usualPlaces.find((place) => existsSync(place));
  if (file !== undefined) return resolve(file);
  throw new BatonError(
    'invalid',
    `There is no configuration: neither ${usualPlaces.join(' nor ')} exists.`,
    'Name one with --config FILE or BATON_CONFIG.',
  );
}

/** The whole configuration. Rejects with 'invalid' that names file, line and field of all that is wrong. */
export async function readConfiguration(
  named: string | undefined,
): Promise<{ file: string; configuration: Configuration; warnings: Problem[] }> {
  const file = configurationFile(named);
  const loaded = await loadConfiguration(file);
  if (loaded.kind === 'wrong') throw new BatonError('invalid', describeProblems(file, loaded.problems));
  return { file, configuration: loaded.configuration, warnings: loaded.warnings };
}

/** Its console: section. */
export async function consoleSection(named: string | undefined): Promise<NonNullable<Configuration['console']>> {
  const { file, configuration } = await readConfiguration(named);
  if (configuration.console !== undefined) return configuration.console;
  throw new BatonError('invalid', `${file}: there is no console: section.`, 'Name the configuration of a console.');
}

/** Its agent: section. `next` says what to do where there is none. */
export async function agentSection(
  named: string | undefined,
  next = 'Name the configuration of an agent.',
): Promise<AgentConfiguration> {
  const { file, configuration } = await readConfiguration(named);
  if (configuration.agent !== undefined) return configuration.agent;
  throw new BatonError('invalid', `${file}: there is no agent: section.`, next);
}

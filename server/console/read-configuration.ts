import { loadConfiguration } from '../configuration/load-configuration.ts';
import type { Problem } from '../configuration/problem.ts';
import type { Configuration } from '../contract/configuration.ts';
import { BatonError } from '../contract/errors.ts';

/** A configuration with a console: section. */
export type ConsoleConfiguration = Configuration & { console: NonNullable<Configuration['console']> };

/** Where a console has its configuration from: a file can be read again. */
export type ConfigurationSource = { configurationPath: string } | { configuration: Configuration };

/** Reads it. Rejects with BatonError invalid: one line of its message a problem, and all of them in details.problems. */
export async function readConfiguration(source: ConfigurationSource): Promise<ConsoleConfiguration> {
  if ('configuration' in source) return withConsole(source.configuration, 'The configuration');
  const { configurationPath } = source;
  const loaded = await loadConfiguration(configurationPath);
  if (loaded.kind === 'ok') return withConsole(loaded.configuration, configurationPath);
  const lines = loaded.problems.map((problem) => problemLine(configurationPath, problem));
  throw new BatonError('invalid', lines.join('\n'), 'Correct the file.', { problems: loaded.problems });
}

/** "baton.yaml:12: clusters.erp5.kind: …" */
function problemLine(file: string, { line, field, message }: Problem): string {
  return [line === null ? file : `${file}:${line}`, field, message].filter((part) => part !== '').join(': ');
}

function withConsole(configuration: Configuration, name: string): ConsoleConfiguration {
  const { console } = configuration;
  if (console) return { ...configuration, console };
  throw new BatonError('invalid', `${name} has no console: section.`, 'Name the configuration of a console.');
}

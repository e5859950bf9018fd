import { z } from 'zod';
import { describeProblems } from '../../configuration/describe-problems.ts';
import { jsonSchema } from '../../configuration/json-schema.ts';
import { loadConfiguration } from '../../configuration/load-configuration.ts';
import { command, configOption, jsonOption, type Command } from '../command.ts';
import { configurationFile } from '../configuration-file.ts';
import { exitCode } from '../exit-code.ts';

const check = command({
  name: 'config check',
  summary: 'file, line and field of all that is wrong',
  options: [configOption, jsonOption],
  input: z.object({ config: z.string().optional(), json: z.boolean().default(false) }),
  async run({ config, json }, terminal) {
    const file = configurationFile(config);
    const loaded = await loadConfiguration(file);
    const right = loaded.kind === 'ok';
    const problems = right ? loaded.warnings : loaded.problems;
    if (json) terminal.json({ file, valid: right, problems });
    else if (problems.length > 0) terminal.note(describeProblems(file, problems));
    if (!right) return exitCode.usage;
    if (!json) terminal.line(`${file} is valid.`);
    return exitCode.done;
  },
});

const schema = command({
  name: 'config schema',
  summary: 'JSON Schema of the configuration, for editors',
  input: z.object({}),
  async run(_, terminal) {
    terminal.json(jsonSchema());
    return await Promise.resolve(exitCode.done);
  },
});

export const configCommands: readonly Command[] = [check, schema];

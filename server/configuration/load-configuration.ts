import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { configuration, type Configuration } from '../contract/configuration.ts';
import { crossChecks } from './cross-checks.ts';
import { explainIssues } from './explain-issue.ts';
import { mapFiles, type FileField } from './file-fields.ts';
import { jsonSchema } from './json-schema.ts';
import { fieldText, type Finding, type Problem } from './problem.ts';
import { checkFile, whyNot } from './secret-files.ts';
import { parseYaml, type YamlText } from './yaml-text.ts';

export type Loaded =
  /** File paths in it are absolute. */
  | { kind: 'ok'; configuration: Configuration; warnings: Problem[] }
  /** All that is wrong, from the top of the file to its end. */
  | { kind: 'wrong'; problems: Problem[] };

/** Reads and checks a configuration file, whole. Never rejects for what is wrong with the file. */
export async function loadConfiguration(file: string): Promise<Loaded> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const message = error instanceof TypeError ? 'is no UTF-8 text' : whyNot(error);
    return { kind: 'wrong', problems: [{ line: null, column: null, field: '', message: `this file ${message}` }] };
  }
  const parsed = parseYaml(text);
  if (parsed.kind === 'wrong') return parsed;
  const { yaml } = parsed;
  if (yaml.value === null) {
    const message = 'this file is empty; expected a console: or an agent: section';
    return { kind: 'wrong', problems: [{ line: 1, column: 1, field: '', message }] };
  }
  return check(yaml, dirname(resolve(file)));
}

function check(yaml: YamlText, folder: string): Loaded {
  const schema = jsonSchema();
  const files: FileField[] = [];
  const absolute = mapFiles(yaml.value, schema, (field) => {
    const value = absoluteOf(field, folder);
    files.push({ ...field, value });
    return value;
  });
  const asWritten = configuration.safeParse(yaml.value);
  const looks = files.map(checkFile);
  const errors = [
    ...explainIssues(asWritten.error?.issues ?? [], yaml.value, schema),
    ...crossChecks(yaml.value),
    ...looks.flatMap((look) => look.errors),
  ];
  if (errors.length > 0) return { kind: 'wrong', problems: placed(yaml, errors) };
  const warnings = placed(
    yaml,
    looks.flatMap((look) => look.warnings),
  );
  return { kind: 'ok', configuration: configuration.parse(absolute), warnings };
}

function absoluteOf({ kind, value }: FileField, folder: string): string {
  if (kind !== 'listen') return resolve(folder, value);
  return value.startsWith('unix:') ? `unix:${resolve(folder, value.slice('unix:'.length))}` : value;
}

function placed(yaml: YamlText, findings: readonly Finding[]): Problem[] {
  return findings
    .map(({ path, at, message }) => ({ ...yaml.place(path, at), field: fieldText(path), message }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
}

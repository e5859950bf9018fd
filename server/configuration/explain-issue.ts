import type { z } from 'zod';
import { childValue, knownKeys, schemaAt, type SchemaNode } from './json-schema.ts';
import { nearestKey } from './nearest-key.ts';
import { fieldText, type FieldPath, type Finding } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** What zod found wrong, as sentences for the person who wrote the file. `raw` is what they wrote. */
export function explainIssues(issues: readonly Issue[], raw: unknown, schema: SchemaNode): Finding[] {
  const unknown = issues
    .filter((issue) => issue.code === 'unrecognized_keys')
    .flatMap((issue) => unknownKeys(issue, raw, schema));
  const meant = new Set(unknown.map((one) => fieldText(one.meant)));
  const others = issues
    .filter((issue) => issue.code !== 'unrecognized_keys')
    .map((issue) => explain(issue, raw))
    // "stor" for "store" is one mistake: that store is missing as well needs no second line.
    .filter((finding) => finding.at === 'value' || !meant.has(fieldText(finding.path)));
  return [...unknown.map(({ finding }) => finding), ...others];
}

function explain(issue: Issue, raw: unknown): Finding {
  const path = pathOf(issue);
  if (issue.code === 'invalid_key') {
    return { path, at: 'key', message: `expected a name of ${issue.issues[0]?.message ?? 'another form'}` };
  }
  const value = path.reduce<unknown>(childValue, raw);
  const expected = expectation(issue);
  if (expected === null) return { path, at: 'value', message: issue.message };
  if (value === undefined) return { path, at: 'key', message: `is missing; expected ${expected}` };
  return { path, at: 'value', message: `expected ${expected}, found ${found(value)}` };
}

function unknownKeys(
  issue: Extract<Issue, { code: 'unrecognized_keys' }>,
  raw: unknown,
  schema: SchemaNode,
): { finding: Finding; meant: FieldPath }[] {
  const path = pathOf(issue);
  const known = knownKeys(schemaAt(schema, raw, path));
  return issue.keys.map((key) => {
    const near = nearestKey(key, known);
    const hint = near === null ? `known are ${known.join(', ')}` : `did you mean "${near}"?`;
    const finding: Finding = { path: [...path, key], at: 'key', message: `is not known here; ${hint}` };
    return { finding, meant: [...path, near ?? key] };
  });
}

function pathOf(issue: Issue): FieldPath {
  return issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
}

const types: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a section with fields',
  record: 'a section with fields',
};

/** What should stand there; null when the issue's own message says it all. */
function expectation(issue: Issue): string | null {
  switch (issue.code) {
    case 'invalid_type':
      return types[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.map((value) => `"${String(value)}"`).join(' or ');
    case 'invalid_format':
      return issue.format === 'url' ? 'a URL (http://… or https://…)' : issue.message;
    case 'too_small':
      if (issue.origin === 'string') return issue.minimum === 1 ? 'some text' : `at least ${issue.minimum} letters`;
      if (issue.origin === 'array') return `at least ${issue.minimum} in the list`;
      return `${issue.inclusive === true ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.inclusive === true ? 'at most' : 'less than'} ${issue.maximum}`;
    case 'invalid_union':
      return union(issue);
    default:
      return null;
  }
}

function union(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  const options =
    'options' in issue && Array.isArray(issue.options) ? issue.options.map((one) => `"${String(one)}"`) : [];
  if (options.length > 0) return options.join(' or ');
  // Of the alternatives the one of the right type has the reason; without one, each type is possible.
  const reasons = issue.errors.flatMap((errors) => errors.slice(0, 1));
  const fitting = reasons.filter((reason) => reason.code !== 'invalid_type' || reason.path.length > 0);
  const texts = (fitting.length > 0 ? fitting : reasons).map((reason) => expectation(reason) ?? reason.message);
  return [...new Set(texts)].join(' or ');
}

/** What stands there, short; a password in a URL is not repeated. */
function found(value: unknown): string {
  if (value === null) return 'nothing';
  if (value === '') return 'an empty text';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section';
  if (typeof value !== 'string') return JSON.stringify(value) ?? typeof value;
  const safe = value.replace(/:\/\/[^/]*@/, '://…@');
  return JSON.stringify(safe.length > 60 ? `${safe.slice(0, 60)}…` : safe);
}

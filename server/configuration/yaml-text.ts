import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { messageOf } from '../contract/errors.ts';
import type { FieldPath, Problem } from './problem.ts';

export interface YamlText {
  /** What stands in the file, as plain values; null for an empty one. */
  value: unknown;
  /** Where a field's name or value stands; where it is missing, the nearest section around it. */
  place(path: FieldPath, at: 'key' | 'value'): { line: number; column: number };
}

/** Parses YAML; an error of the syntax names its line and what to do about it. */
export function parseYaml(text: string): { kind: 'ok'; yaml: YamlText } | { kind: 'wrong'; problems: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const placeOf = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const wrong = [...document.errors, ...document.warnings].map((error) => ({
    ...placeOf(error.pos[0]),
    field: '',
    message: syntaxMessage(error.code, error.message, text.slice(error.pos[0])),
  }));
  if (wrong.length > 0) return { kind: 'wrong', problems: firstOfEachLine(wrong) };
  try {
    const value: unknown = document.toJS();
    return { kind: 'ok', yaml: { value, place: (path, at) => placeOf(offsetOf(document, path, at)) } };
  } catch (error) {
    // An alias to itself, or so many that they would fill the memory.
    const message = messageOf(error);
    return { kind: 'wrong', problems: [{ line: 1, column: 1, field: '', message }] };
  }
}

/** rest: the text from the place of the error on. */
function syntaxMessage(code: string, message: string, rest: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab indents this line; YAML is indented with spaces';
    case 'DUPLICATE_KEY':
      return `the field "${/^["']?([^:\n"']+)/.exec(rest)?.[1] ?? ''}" stands here a second time`;
    case 'MULTIPLE_DOCS':
      return 'a second document begins here ("---"); one file is one configuration';
    default:
      return `this is not valid YAML: ${message}`;
  }
}

/** One mistake makes the parser stumble several times on its line; the first says most. */
function firstOfEachLine(problems: Problem[]): Problem[] {
  const sorted = problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  return sorted.filter((problem, index) => problem.line !== sorted[index - 1]?.line);
}

function offsetOf(document: Document, path: FieldPath, at: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = start(node) ?? 0;
  for (const [index, part] of path.entries()) {
    const step = stepInto(document, node, part);
    if (step === null) return offset;
    const last = index === path.length - 1;
    const value = isEmpty(step.value) ? null : start(step.value);
    offset = (last && at === 'value' ? value : null) ?? start(step.key) ?? value ?? offset;
    node = step.value;
  }
  return offset;
}

function stepInto(document: Document, node: unknown, part: string | number): { key: unknown; value: unknown } | null {
  const target = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(target) && typeof part === 'number') {
    const item: unknown = target.items[part];
    return item === undefined ? null : { key: item, value: item };
  }
  if (!isMap(target)) return null;
  const pair = target.items.find((one) => isPair(one) && isScalar(one.key) && String(one.key.value) === String(part));
  return pair === undefined ? null : { key: pair.key, value: pair.value };
}

/** "key:" with nothing behind it: the name is where to look. */
function isEmpty(node: unknown): boolean {
  return isScalar(node) && node.value === null && node.source === '';
}

function start(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

function isNode(node: unknown): node is Node {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
}

import { alternativeOf, childOf, type SchemaNode } from './json-schema.ts';
import type { FieldPath } from './problem.ts';

/** What the contract says of a field that names a file (its x-file). */
export type FileKind = 'path' | 'socket' | 'certificate' | 'secret' | 'listen' | 'program';

export interface FileField {
  path: FieldPath;
  kind: FileKind;
  value: string;
}

const kinds: readonly string[] = ['path', 'socket', 'certificate', 'secret', 'listen', 'program'] satisfies FileKind[];

function isKind(value: unknown): value is FileKind {
  return typeof value === 'string' && kinds.includes(value);
}

/**
 * The configuration with each file field replaced by what `change` answers; what is no file, or wrong, stays as it is.
 * Pure: `change` may as well only collect.
 */
export function mapFiles(
  raw: unknown,
  schema: SchemaNode,
  change: (field: FileField) => string,
  path: FieldPath = [],
): unknown {
  const node = alternativeOf(schema, raw);
  const kind = node['x-file'];
  if (typeof raw === 'string') return isKind(kind) && raw !== '' ? change({ path, kind, value: raw }) : raw;
  if (typeof raw !== 'object' || raw === null) return raw;
  const child = (key: string | number, value: unknown): unknown => {
    const below = childOf(node, key);
    return below === null ? value : mapFiles(value, below, change, [...path, key]);
  };
  if (Array.isArray(raw)) return raw.map((value, index) => child(index, value));
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, child(key, value)]));
}

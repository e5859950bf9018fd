import { z } from 'zod';
import { configuration } from '../contract/configuration.ts';
import type { FieldPath } from './problem.ts';

export type SchemaNode = z.core.JSONSchema.BaseSchema;

/** The JSON Schema of the configuration file as people write it, for editors and for `baton config schema`. */
export function jsonSchema(): SchemaNode {
  return { title: 'Baton configuration', ...z.toJSONSchema(configuration, { io: 'input' }) };
}

/**
 * The schema of what stands at a place; null where nothing may. The value chooses between alternatives: a list or a
 * text, a service of this or of that kind.
 */
export function schemaAt(schema: SchemaNode, value: unknown, path: FieldPath): SchemaNode | null {
  const node = alternativeOf(schema, value);
  const [first, ...rest] = path;
  if (first === undefined) return node;
  const below = childOf(node, first);
  return below === null ? null : schemaAt(below, childValue(value, first), rest);
}

/** The schema of one entry or field. */
export function childOf(node: SchemaNode, key: string | number): SchemaNode | null {
  if (typeof key === 'number') {
    return nodeOrNull(node.prefixItems?.[key] ?? (Array.isArray(node.items) ? node.items[key] : node.items));
  }
  // Not `in`: a field named "constructor" is unknown like any other.
  const own = node.properties !== undefined && Object.hasOwn(node.properties, key) ? node.properties[key] : undefined;
  return nodeOrNull(own ?? node.additionalProperties);
}

/** The names that may stand at a place; none where the names are free. */
export function knownKeys(node: SchemaNode | null): string[] {
  return Object.keys(node?.properties ?? {});
}

/** Which of several alternatives a value is meant to be. */
export function alternativeOf(schema: SchemaNode, value: unknown): SchemaNode {
  const alternatives = (schema.anyOf ?? schema.oneOf ?? []).map(nodeOrNull).filter((node) => node !== null);
  const kind = childValue(value, 'kind');
  const fitting = alternatives.find((node) => {
    const tag = childOf(node, 'kind')?.const;
    return tag === undefined ? node.type === typeOf(value) : tag === kind;
  });
  return fitting ?? schema;
}

/** What stands at the key; undefined where there is nothing. */
export function childValue(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}

function nodeOrNull(node: unknown): SchemaNode | null {
  return isNode(node) ? node : null;
}

function isNode(node: unknown): node is SchemaNode {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

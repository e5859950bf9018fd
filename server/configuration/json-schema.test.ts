import { expect, test } from 'vitest';
import { jsonSchema, knownKeys, schemaAt } from './json-schema.ts';

test('the JSON Schema knows each section and takes no unknown field', () => {
  const schema = jsonSchema();
  expect(schema.title).toBe('Baton configuration');
  expect(knownKeys(schema)).toEqual(['console', 'clusters', 'agent']);
  expect(schema.additionalProperties).toBe(false);
  // What has a default need not be written.
  expect(schemaAt(schema, {}, ['console'])?.required).toEqual(['url', 'store', 'sessionSecretFile']);
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
});

test('of several alternatives the value chooses', () => {
  const services = { a: { kind: 'systemd' }, b: { kind: 'gate' } };
  const at = (name: string): string[] =>
    knownKeys(schemaAt(jsonSchema(), { agent: { services } }, ['agent', 'services', name]));
  expect(at('a')).toEqual(['kind', 'unit', 'user', 'daemon', 'timeoutSeconds']);
  expect(at('b')).toEqual(['kind', 'file', 'run', 'timeoutSeconds']);
});

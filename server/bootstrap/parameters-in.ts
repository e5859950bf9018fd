import { BatonError } from '../contract/errors.ts';
import { readParameters, type ReplicaParameters } from '../contract/parameters.ts';

/** The parameters in a document; `from` says in an error whose. Throws BatonError('invalid'), never with a value of theirs. */
export function parametersIn(document: string, from: string): ReplicaParameters {
  const read = readParameters(document);
  if (read.kind === 'read') return read.parameters;
  throw new BatonError('invalid', `${from}: ${read.text}.`);
}

import type { Problem } from '../../server/contract/snapshot.ts';

/** The sentence of a problem without its full stop, since how long it has been so follows. */
export const problemText = ({ text }: Pick<Problem, 'text'>): string => text.replace(/\.$/, '');

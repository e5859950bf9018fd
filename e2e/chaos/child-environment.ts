import { join } from 'node:path';
import { DEFAULT_CACHE_DIRECTORY } from '../../server/sandbox/template.ts';

/** Compiled once for all rounds: a console or an agent is there in a quarter of the time. */
export const childEnvironment = {
  ...process.env,
  NODE_COMPILE_CACHE: join(DEFAULT_CACHE_DIRECTORY, 'compiled'),
};

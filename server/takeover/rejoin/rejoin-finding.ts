import type { Check } from '../../contract/takeover.ts';

/** It holds. */
export const pass = (code: string, server: string | null, text: string): Check => ({
  code,
  level: 'pass',
  server,
  text,
  fix: null,
  commands: [],
  acceptable: false,
});
const notWell =
  (level: 'warn' | 'block') =>
  (
    code: string,
    server: string | null,
    text: string,
    fix: string | null = null,
    commands: readonly string[] = [],
  ): Check => ({
    code,
    level,
    server,
    text,
    fix,
    commands: [...commands],
    acceptable: false,
  });
/** It does not hold: worth a look. */
export const warn = notWell('warn');
/** It does not hold: refused. */
export const block = notWell('block');

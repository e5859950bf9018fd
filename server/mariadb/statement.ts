/** One statement, and how it is shown to people: without its secrets. Made in this room only. */
export interface Statement {
  readonly sql: string;
  readonly shown: string;
}

/** A statement without a secret in it. */
export function statement(sql: string): Statement {
  return { sql, shown: sql };
}

/** A name in backquotes. */
export function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Text in quotes, right whatever NO_BACKSLASH_ESCAPES says: a text with a backslash goes as hexadecimal. Throws on NUL. */
export function literal(text: string): string {
  if (text.includes('\0')) throw new Error('a NUL cannot stand in a statement');
  if (text.includes('\\')) return `CONVERT(X'${Buffer.from(text).toString('hex')}' USING utf8mb4)`;
  return `'${text.replaceAll("'", "''")}'`;
}

/** As literal, for places that take a plain string only (CHANGE MASTER, KILL's kin). Sessions of ours have backslash escapes on. */
export function plainLiteral(text: string): string {
  if (text.includes('\0')) throw new Error('a NUL cannot stand in a statement');
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** `SET STATEMENT name=value FOR sql`: the setting holds for that one statement. */
export function bounded(setting: 'lock_wait_timeout' | 'max_statement_time', seconds: number, sql: string): Statement {
  return statement(`SET STATEMENT ${setting}=${seconds} FOR ${sql}`);
}

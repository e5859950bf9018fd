/** "-- db-1" at the end: where it ran. A quote before its end would make it a part of the statement. */
const remark = / +-- [^'"`\n]*$/;

/** Statements as text to read or to run, a line each: every one ends in a semicolon, before the remark behind it. */
export function statementText(statements: readonly string[]): string {
  return statements.map(terminated).join('\n');
}

function terminated(statement: string): string {
  const [end = ''] = remark.exec(statement) ?? [];
  return `${statement.slice(0, statement.length - end.length).replace(/;$/, '')};${end}`;
}

/** What a step runs or ran, as text: the command of a hook is no SQL. */
export function ranText({ id, statements }: { id: string; statements: readonly string[] }): string {
  return isHook(id) ? statements.join('\n') : statementText(statements);
}

/** Whether the id of a step is that of a hook. */
export const isHook = (id: string): boolean => id.startsWith('hook-');

import type { Problem } from './problem.ts';

/** For the terminal: "FILE:LINE:COLUMN: FIELD: MESSAGE", a line each, as editors and terminals make it a link. */
export function describeProblems(file: string, problems: readonly Problem[]): string {
  return problems
    .map(({ line, column, field, message }) => {
      const place = line === null ? file : `${file}:${line}:${column ?? 1}`;
      return `${place}: ${field === '' ? '' : `${field}: `}${message}`;
    })
    .join('\n');
}

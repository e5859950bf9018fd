import type { FollowUp, Operation } from '../../contract/operation.ts';

/** The end of an operation: outcome, what it cost, what is left to do. */
export function outcomeLines(operation: Operation): string[] {
  const outage =
    operation.writeOutageMs === null ? [] : [`Writes stood still for ${operation.writeOutageMs.toFixed(0)} ms.`];
  return [
    '',
    `${operation.title}: ${operation.outcome ?? 'running'}${operation.dryRun ? ' (dry run)' : ''}`,
    ...(operation.summary === null ? [] : [operation.summary]),
    ...outage,
    ...(operation.followUps.length === 0 ? [] : ['Left to do:', ...operation.followUps.flatMap(followUpLines)]),
  ];
}

function followUpLines({ text, command, method, path }: FollowUp): string[] {
  const how = command ?? (method === null || path === null ? null : `${method} ${path}`);
  return [`  - ${text}`, ...(how === null ? [] : [`    ${how}`])];
}

import type { Logger } from 'pino';
import type { Access } from '../access/access.ts';
import type { Operation } from '../contract/operation.ts';

/**
 * Writes the beginning and the end of each operation into the audit, once, under the name of who asked for it. Answers
 * the function that is told of every change.
 */
export function auditOperations(access: Access, logger: Logger): (operation: Operation) => void {
  const begun = new Set<string>();
  const record = (how: 'record' | 'recordSoon', operation: Operation, result: string): void => {
    const { actor: name, kind, cluster, target, id, dryRun } = operation;
    const action = dryRun ? `${kind}-dry-run` : kind;
    access.audit[how]({
      actor: { name, from: 'console' },
      action,
      cluster,
      object: target,
      result,
      operationId: id,
    }).catch((error: unknown) =>
      logger.error({ err: error, operation: id, result }, 'an operation is not in the audit'),
    );
  };
  return (operation) => {
    const { id, outcome, summary } = operation;
    if (outcome === null) {
      if (!begun.has(id)) record('recordSoon', operation, 'begun');
      begun.add(id);
      return;
    }
    // What is changed in a report afterwards is no second end.
    if (begun.delete(id)) record('record', operation, summary === null ? outcome : `${outcome}: ${summary}`);
  };
}

import { z } from 'zod';
import { operation } from '../../contract/operation.ts';
import { recorded, type Entry } from '../../operations/journal.ts';
import type { Resumption } from '../../operations/program.ts';
import { pointPassed, whereEnded } from '../../operations/replay.ts';
import type { OperationRow } from '../../store/store.ts';
import type { RecoveryContext } from './context.ts';
import type { RecoveryParts } from './parts.ts';
import { programOf } from './program.ts';
import type { PositionRecords } from './records.ts';
import { task as taskShape } from './task.ts';

/** The kind under which recoveries are in the journal. */
export const KIND = 'galera-recovery';

const flagShape = z.object({ before: z.string(), after: z.string() });

/**
 * Decides about a recovery that a console left: before the bootstrap was begun it is undone, since what was decided from may
 * have changed; behind it, it goes on, and each step looks first whether it was done.
 */
export function resumption(
  parts: RecoveryParts,
  records: PositionRecords,
  row: OperationRow,
  entries: readonly Entry[],
): Resumption<RecoveryContext> {
  const task = taskShape.parse(JSON.parse(row.plan));
  const flag = flagShape.nullable().parse(recorded(entries, 'flag'));
  const view = operation.parse(JSON.parse(row.view));
  const program = programOf({ task, parts, records, flag, left: new Set() });
  const where = whereEnded(view.steps, entries);
  if (pointPassed(view, entries))
    return { decision: 'go-on', text: `The console ended ${where}: it goes on, and looks before each step.`, program };
  return { decision: 'undo', text: `The console ended ${where}, before anything was started: it is undone.`, program };
}

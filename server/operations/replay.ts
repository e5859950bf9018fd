import { followUp, operation, operationStep, type FollowUp, type Operation } from '../contract/operation.ts';
import type { OperationRow } from '../store/store.ts';
import { cancelAsked } from './ask-to-cancel.ts';
import { isObject, recorded, type Entry } from './journal.ts';
import { instant, UNBEGUN, WRITE_OUTAGE } from './run.ts';
import type { Json } from './step.ts';

const resultShape = operationStep.pick({
  state: true,
  startedAt: true,
  endedAt: true,
  note: true,
  statements: true,
  log: true,
  error: true,
});

/**
 * The view of an operation as its journal tells it: the view was written when it began, the rows since then. A step with
 * an intent and no result is `unknown`: the console ended under it.
 */
export function replayedView(row: OperationRow, entries: readonly Entry[]): Operation {
  const view = operation.parse(JSON.parse(row.view));
  const steps = view.steps.map((step) => {
    const begun = beginnings(entries).get(step.id);
    const result = entries.findLast((entry) => entry.step === step.id && entry.kind === 'result');
    const undone = entries.findLast((entry) => entry.step === step.id && isEnd(entry, 'undone'));
    if (result) {
      const shown = { ...step, ...resultShape.parse(result.data), waitsFor: null };
      return undone ? { ...shown, state: 'undone' as const } : shown;
    }
    if (begun === undefined || entries.some((entry) => entry.step === step.id && isWithdrawn(entry))) return step;
    const startedAt = step.startedAt ?? instant(begun);
    const open = { ...step, state: 'unknown' as const, startedAt, waitsFor: null };
    return undone ? { ...open, state: 'undone' as const, endedAt: instant(undone.at) } : open;
  });
  const outage = recorded(entries, WRITE_OUTAGE);
  const asked = cancelAsked(entries);
  return {
    ...view,
    steps,
    pointOfNoReturnPassed: pointPassed(view, entries),
    cancelRequested: asked !== null,
    cancelAsked: asked,
    writeOutageMs: typeof outage === 'number' ? outage : null,
    interruptions: entries.flatMap(({ at, data }) =>
      isObject(data) && typeof data['interruption'] === 'string'
        ? [{ at: instant(at), text: data['interruption'] }]
        : [],
    ),
    followUps: followUpsIn(entries),
  };
}

/**
 * When each step's intent was written, by step id, in the order of the intents; those written ahead included, and those that were
 * withdrawn before they began left out.
 */
export function beginnings(entries: readonly Entry[]): Map<string, number> {
  const begun = new Map<string, number>();
  for (const { at, step, kind, data } of entries) {
    if (kind === 'note') for (const id of idsIn(data, UNBEGUN)) begun.delete(id);
    if (kind !== 'intent') continue;
    for (const id of [step, ...idsIn(data, 'ahead')]) if (!begun.has(id)) begun.set(id, at);
  }
  return begun;
}

function idsIn(data: Json, name: string): string[] {
  const ids = isObject(data) ? data[name] : undefined;
  return Array.isArray(ids) ? ids.map(String) : [];
}

/** The steps that came to a good end, by their results. */
export function endedSteps(entries: readonly Entry[]): Set<string> {
  const ended = new Set<string>();
  for (const { step, kind, data } of entries) {
    if (kind !== 'result' || !isObject(data)) continue;
    if (data['state'] === 'done' || data['state'] === 'skipped') ended.add(step);
    else ended.delete(step);
  }
  return ended;
}

/** Whether the intent of the point of no return is on disk and was not withdrawn. */
export function pointPassed(view: Operation, entries: readonly Entry[]): boolean {
  const point = view.steps.find((step) => step.pointOfNoReturn)?.id;
  if (point === undefined || !beginnings(entries).has(point)) return false;
  return !entries.some((entry) => entry.step === point && isWithdrawn(entry));
}

/** Where a console ended, as its journal tells it: "during freeze, seal or drain", "after record", "while it was undone". */
export function whereEnded(steps: readonly { id: string; name: string }[], entries: readonly Entry[]): string {
  const intent = entries.findLast(({ kind }) => kind === 'intent');
  if (!intent) return 'before its first step';
  const behind = entries.slice(entries.indexOf(intent) + 1);
  if (behind.some(({ kind }) => kind === 'undo-intent')) return 'while it was undone';
  const nameOf = (id: string): string => steps.find((step) => step.id === id)?.name ?? id;
  const begun = [...beginnings([intent]).keys()];
  const ended = endedSteps(behind);
  const open = begun.filter((id) => !ended.has(id)).map(nameOf);
  if (open.length === 0) return `after ${nameOf(begun.at(-1) ?? intent.step)}`;
  return `during ${[open.slice(0, -1).join(', '), open.at(-1)].filter(Boolean).join(' or ')}`;
}

/** What was found to be left to do before the interruption, each once. */
function followUpsIn(entries: readonly Entry[]): FollowUp[] {
  const found = new Map<string, FollowUp>();
  for (const { data } of entries) {
    const kept = isObject(data) ? data['followUp'] : undefined;
    if (typeof kept !== 'string') continue;
    const left = followUp.parse(JSON.parse(kept));
    found.set(left.text, left);
  }
  return [...found.values()];
}

const isWithdrawn = ({ data }: Entry): boolean => isObject(data) && data['withdrawn'] === true;

function isEnd({ kind, data }: Entry, end: string): boolean {
  return kind === 'undo-result' && isObject(data) && data['end'] === end;
}

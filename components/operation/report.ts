import type { Operation, OperationStep } from '../../server/contract/operation.ts';
import { elapsed } from '../format/duration.ts';
import { utc } from '../format/instant.ts';
import { standing } from './outcome-words.ts';
import { stepWord } from './step-words.ts';
import { stepMs } from './step-time.ts';

/** An operation as Markdown, to paste into a ticket: what was done, by whom, with which result, step by step. */
export function operationReport(operation: Operation, address: string): string {
  const facts = [
    ['Result', `${standing(operation).text}${operation.dryRun ? ' (dry run)' : ''}`],
    ['By', operation.actor],
    ['Started', utc(operation.startedAt)],
    ...(operation.cancelAsked
      ? [['Cancel asked', `${utc(operation.cancelAsked.at)} by ${operation.cancelAsked.by}`]]
      : []),
    ['Ended', operation.endedAt === null ? 'still running' : utc(operation.endedAt)],
    ...(operation.writeOutageMs === null ? [] : [['Writes stopped for', elapsed(operation.writeOutageMs)]]),
    ['Point of no return', operation.pointOfNoReturnPassed ? 'passed' : 'not passed'],
    ['Operation', address],
  ];
  return [
    `# ${operation.title}`,
    ...(operation.summary === null ? [] : ['', operation.summary]),
    '',
    ...facts.map(([name, value]) => `- ${name}: ${value}`),
    ...section(
      'Interruptions',
      operation.interruptions.map((one) => `- ${utc(one.at)}: ${one.text}`),
    ),
    ...section('Steps', [
      '| step | server | state | took | |',
      '| --- | --- | --- | --- | --- |',
      ...operation.steps.flatMap(stepRows),
    ]),
    ...section(
      'Left to do',
      operation.followUps.map((one) => `- ${one.text}${one.command === null ? '' : ` \`${one.command}\``}`),
    ),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines];
}

function stepRows(step: OperationStep): string[] {
  const ms = stepMs(step, Number.NaN);
  const row = [
    step.name,
    step.server,
    stepWord[step.state],
    ms === null || Number.isNaN(ms) ? '' : elapsed(ms),
    step.error ?? step.note ?? '',
  ];
  const line = `| ${row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return step.pointOfNoReturn ? ['| **point of no return** | | | | |', line] : [line];
}

import type { InitStage } from '../../bootstrap/make-replica.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { Rate, receivingLine, stageBegins } from './stage-text.ts';

/** Nobody reads a line faster. Each of the thousands of pieces a second would cost the copy itself a fifth of its time (measured). */
const COUNTED_EACH_MS = 200;

/** Says each stage once, and counts what comes in between. */
export function showStages(terminal: Pick<Terminal, 'note' | 'progress'>): (stage: InitStage) => void {
  const rate = new Rate();
  let shown = '';
  let countedAt = -Infinity;
  return (stage) => {
    if (stage.kind !== shown) {
      // Over the counted line, where there is one.
      terminal.progress('');
      shown = stage.kind;
      terminal.note(stageBegins(stage));
    }
    if (stage.kind === 'receiving') {
      const now = performance.now();
      if (now - countedAt < COUNTED_EACH_MS && stage.bytes !== stage.totalBytes) return;
      countedAt = now;
      terminal.progress(receivingLine(stage.bytes, stage.totalBytes, rate.at(now / 1000, stage.bytes)));
    }
    if (stage.kind === 'replicating' && stage.transactionsBehind !== null && stage.transactionsBehind > 0) {
      terminal.progress(`${stage.transactionsBehind} transactions behind`);
    }
  };
}

import { messageOf } from '../../server/contract/errors.ts';
import { aftermath } from './aftermath.ts';
import { openArena } from './arena.ts';
import { judge } from './judge.ts';
import { lookAfter } from './look-after.ts';
import type { Round } from './round.ts';
import { Stage } from './stage.ts';
import { Story } from './story.ts';

export interface RoundEnd {
  readonly round: Round;
  readonly outcome: string;
  /** Why nothing was begun; else "". */
  readonly refusal: string;
  /** What must hold and did not. */
  readonly broken: readonly string[];
  readonly story: string;
  readonly seconds: number;
}

/** Plays the round on a cluster of its own and judges what is left. Rejects only where the stage itself falls down. */
export async function playRound(round: Round): Promise<RoundEnd> {
  const startedAt = performance.now();
  const story = new Story();
  await using arena = await openArena(round);
  story.tell('writes flow');
  const stage = new Stage(round, arena, story);
  const ended = (outcome: string, broken: readonly string[], refusal = ''): RoundEnd => {
    const seconds = (performance.now() - startedAt) / 1000;
    return { round, outcome, refusal, broken, story: story.text(), seconds };
  };
  try {
    const end = await stage.play();
    const facts = await lookAfter(arena, stage, round, end);
    for (const { name, words } of facts.servers) story.tell(`${name} ${words}`);
    const shown = facts.look.operations[0] ?? facts.view;
    for (const { text, command } of shown?.followUps ?? []) story.tell(`left to do: ${text} ${command ?? ''}`);
    for (const { level, text } of facts.look.snapshot.problems) story.tell(`the page shows: ${level}, ${text}`);
    const broken = judge(facts);
    broken.push(...(await aftermath(arena, stage, facts)));
    story.tell('over');
    const refusals = [...new Set(end.refusals.map(({ text }) => text))].join('; ');
    return ended(facts.view?.outcome ?? 'not begun', broken, facts.view === null ? refusals : '');
  } catch (error) {
    return ended('round failed', [`the round itself failed: ${messageOf(error)}`]);
  } finally {
    await stage.close();
  }
}

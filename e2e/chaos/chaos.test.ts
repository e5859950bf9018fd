import { expect, test } from 'vitest';
import { drawRound } from './draw-round.ts';
import { playRound } from './play-round.ts';

/** Consoles killed, frozen and replaced, servers lost, links slow: the long form, `npm run chaos`, draws new seeds each time. */
test.each([1029, 1031, 1040, 1044, 1058, 2020, 2034, 2044])(
  'a round of chaos keeps every promise of a takeover: seed %i',
  async (seed) => {
    const { broken, story } = await playRound(drawRound(seed));
    if (broken.length > 0) throw new Error([...broken, story].join('\n'));
    expect(story).toContain('watches');
  },
);

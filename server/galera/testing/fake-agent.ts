import type { GaleraAgent } from '../agent.ts';

const never = (): Promise<never> => Promise.reject(new Error('not asked in this test'));

/** For tests of moments that no real node can be held in: an agent that answers as told, and nothing else. */
export function fakeAgent(answers: Partial<GaleraAgent>): GaleraAgent {
  return {
    evidence: never,
    position: never,
    changeGrastate: never,
    clearSwitches: never,
    keepDown: never,
    start: never,
    stop: never,
    makePrimary: never,
    transfer: never,
    checksums: never,
    ...answers,
  };
}

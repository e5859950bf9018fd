import type { Operation } from '../contract/operation.ts';
import { instant } from './run.ts';

/** What an operation is about. */
export interface Heading {
  readonly kind: string;
  readonly cluster: string;
  readonly target: string;
  readonly title: string;
  readonly actor: string;
  readonly dryRun: boolean;
}

/** The view of an operation in which nothing has run. */
export function firstView(
  heading: Heading,
  steps: readonly { id: string; name: string; server: string; pointOfNoReturn?: boolean }[],
  id: string,
  now: number,
): Operation {
  return {
    ...heading,
    id,
    startedAt: instant(now),
    endedAt: null,
    outcome: null,
    summary: null,
    pointOfNoReturnPassed: false,
    cancelRequested: false,
    cancelAsked: null,
    writeOutageMs: null,
    interruptions: [],
    followUps: [],
    steps: steps.map((step) => ({
      id: step.id,
      name: step.name,
      server: step.server,
      state: 'pending',
      pointOfNoReturn: step.pointOfNoReturn === true,
      startedAt: null,
      endedAt: null,
      waitsFor: null,
      note: null,
      statements: [],
      log: null,
      error: null,
    })),
  };
}

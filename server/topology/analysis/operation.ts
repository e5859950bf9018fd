import type { Evidence, Finding } from './finding.ts';

/** An operation that a console left unfinished and that nobody could take up by itself: servers may stand between two roles. */
export function takeoverInterrupted({ view }: Evidence): Finding[] {
  if (view.operation.interrupted === null) return [];
  return [
    {
      code: 'takeover-interrupted',
      level: 'critical',
      server: null,
      text: view.operation.interrupted,
      fix: 'Open the operation and resume it.',
    },
  ];
}

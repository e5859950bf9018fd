import { BatonError, type ErrorCode } from '../contract/errors.ts';
import type { Outcome } from '../contract/operation.ts';

/** What a command ends with. Scripts hold on to these numbers. */
export const exitCode = {
  done: 0,
  /** Nothing is left changed, or what was changed is restored. */
  failed: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** A check, a right or the state of things forbids it. */
  refused: 3,
  followUps: 4,
  needsHands: 5,
  /** Nobody knows whether it was carried out: look before doing it again. */
  unknown: 6,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

const ofOutcome: Record<Outcome, ExitCode> = {
  succeeded: exitCode.done,
  'succeeded-with-follow-ups': exitCode.followUps,
  refused: exitCode.refused,
  'cancelled-restored': exitCode.failed,
  'failed-restored': exitCode.failed,
  'failed-needs-hands': exitCode.needsHands,
  unknown: exitCode.unknown,
};

const ofError: Record<ErrorCode, ExitCode> = {
  invalid: exitCode.usage,
  unauthenticated: exitCode.usage,
  'not-found': exitCode.usage,
  forbidden: exitCode.refused,
  outdated: exitCode.refused,
  'already-running': exitCode.refused,
  refused: exitCode.refused,
  'slow-down': exitCode.failed,
  unavailable: exitCode.failed,
  internal: exitCode.failed,
};

/** What a command that followed an operation ends with. */
export function exitCodeOfOutcome(outcome: Outcome): ExitCode {
  return ofOutcome[outcome];
}

/** A BatonError by its code; anything else is a failure. */
export function exitCodeOfError(error: unknown): ExitCode {
  return error instanceof BatonError ? ofError[error.code] : exitCode.failed;
}

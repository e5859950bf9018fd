import { z } from 'zod';

export const errorCode = z.enum([
  'invalid', // 400
  'unauthenticated', // 401
  'forbidden', // 403
  'not-found', // 404
  'outdated', // 409
  'already-running', // 409
  'refused', // 422
  'slow-down', // 429
  'unavailable', // 503
  'internal', // 500
]);
export type ErrorCode = z.infer<typeof errorCode>;

export const errorBody = z.object({
  error: z.object({
    code: errorCode,
    message: z.string(),
    /** What to do next; "" where there is nothing to do. */
    next: z.string(),
    details: z.unknown(),
  }),
});
export type ErrorBody = z.infer<typeof errorBody>;

/** Details of a 401 or 403 that is about the client's certificate; its message says which one and what is wrong. */
export const certificateRefusal = z.object({ certificate: z.literal(true) });

const statusOf: Record<ErrorCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  outdated: 409,
  'already-running': 409,
  refused: 422,
  'slow-down': 429,
  unavailable: 503,
  internal: 500,
};

/** An expected failure that a caller shall see: its code decides the HTTP status, its message names what happened. */
export class BatonError extends Error {
  readonly code: ErrorCode;
  readonly next: string;
  readonly details: unknown;
  constructor(code: ErrorCode, message: string, next = '', details: unknown = null) {
    super(message);
    this.code = code;
    this.next = next;
    this.details = details;
  }
  get status(): number {
    return statusOf[this.code];
  }
}

/** What an error says; anything else that was thrown, as text. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

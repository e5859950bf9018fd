/** How much time is left. Handed down, so that every wait below it is cut to the same end. */
export interface Deadline {
  /** Milliseconds left; 0 when it has passed. */
  remainingMs(): number;
  /** A deadline that ends in `ms`, but not after this one. */
  within(ms: number): Deadline;
}

/** A deadline that ends in `ms` from now, on a clock that never jumps. */
export function deadlineIn(ms: number): Deadline {
  const end = performance.now() + ms;
  return {
    remainingMs: () => Math.max(0, end - performance.now()),
    within: (inner) => deadlineIn(Math.min(inner, Math.max(0, end - performance.now()))),
  };
}

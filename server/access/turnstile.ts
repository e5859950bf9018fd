/**
 * Lets `abreast` pieces of work run at once and `waiting` more wait; null for the rest, at once.
 * Password hashing runs in Node's four threads, which files and name lookups need too: strangers must not fill them.
 */
export function createTurnstile(abreast: number, waiting: number) {
  let inside = 0;
  const queue: (() => void)[] = [];

  return async function pass<T>(work: () => Promise<T>): Promise<{ result: T } | null> {
    if (inside >= abreast) {
      if (queue.length >= waiting) return null;
      // Who leaves hands its place over, so `inside` stays as it is.
      await new Promise<void>((enter) => queue.push(enter));
    } else {
      inside++;
    }
    try {
      return { result: await work() };
    } finally {
      const next = queue.shift();
      if (next === undefined) inside--;
      else next();
    }
  };
}

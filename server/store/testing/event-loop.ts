/** What the event loop did while some work ran: how often it turned, and how long it stood still at most. */
export async function eventLoopDuring(work: () => Promise<unknown>): Promise<{ turns: number; longestMs: number }> {
  let last = performance.now();
  let longestMs = 0;
  let turns = 0;
  const state = { running: true };
  const done = work().finally(() => {
    state.running = false;
  });
  do {
    await new Promise((resolve) => setImmediate(resolve));
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
    turns++;
  } while (state.running);
  await done;
  return { turns, longestMs };
}

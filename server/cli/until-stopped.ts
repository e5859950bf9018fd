/** Signals after one that stopped us, that a terminal sends to the whole group and our parent passes on, are the same wish. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP, or when the process that started us over a channel is gone. Later signals
 * are ignored: an orderly end is under way, and it is bounded.
 */
export async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = (): void => resolve();
    for (const signal of signals) process.on(signal, stop);
    process.once('disconnect', stop);
  });
}

/** Lets the process end by itself: an open channel to the parent would keep it. */
export function leaveParent(): void {
  if (process.channel !== undefined && process.connected) process.disconnect();
}

/** SIGHUP is the terminal that was closed; a program that reloads on it names its own signals. */
const usual: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Resolves at the first of the signals, or when the process that started us over a channel is gone. Later ones are ignored:
 * a terminal sends SIGINT to the whole group and our parent passes it on, which is one wish; the end is under way and bounded.
 */
export async function untilStopped(signals = usual): Promise<void> {
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

import { performance } from 'node:perf_hooks';

/** SIGHUP is the terminal that was closed; a program that reloads on it names its own signals. */
const usual: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** One Ctrl-C reaches us up to three times within milliseconds: from the terminal, from npm and from our parent. */
const sameWishMs = 1000;
/** 128 + SIGINT, as a shell says it. */
const interruptedCode = 130;

/**
 * Resolves at the first of the signals, or when the process that started us over a channel is gone. Later ones are ignored,
 * since the end is under way and bounded; but a SIGINT a second or more after the first is somebody at a terminal who does
 * not want to wait: it ends the process at once with 130, and leaves what kill -9 would leave.
 */
export async function untilStopped(signals = usual): Promise<void> {
  await new Promise<void>((resolve) => {
    let firstAt: number | null = null;
    const stop = (signal?: NodeJS.Signals): void => {
      firstAt ??= performance.now();
      if (signal === 'SIGINT' && performance.now() - firstAt >= sameWishMs) process.exit(interruptedCode);
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
    process.once('disconnect', () => stop());
  });
}

/** Lets the process end by itself: an open channel to the parent would keep it. */
export function leaveParent(): void {
  if (process.channel !== undefined && process.connected) process.disconnect();
}

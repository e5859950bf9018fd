import { setTimeout as delay } from 'node:timers/promises';

/** Asks `holds` again and again (every 10 ms) until it says true. Throws, naming what was awaited, after timeoutMs (30 s). */
export async function until(
  holds: () => Promise<boolean> | boolean,
  options: { readonly what: string; readonly timeoutMs?: number },
): Promise<void> {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain: ${options.what}`);
    await delay(10);
  }
}

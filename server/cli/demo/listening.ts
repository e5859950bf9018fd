import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const everyMs = 25;

/** Resolves with true when something listens on the port of 127.0.0.1, with false after timeoutMs. */
export async function listening(port: number, timeoutMs: number): Promise<boolean> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    if (await answers(port)) return true;
    if (Date.now() > deadlineMs) return false;
    await pause(everyMs);
  }
}

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

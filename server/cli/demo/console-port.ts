import { createServer } from 'node:net';
import { SetupError } from '../../setup/setup-error.mjs';

const firstPort = 8080;
const lastPort = 8199;

/** The port that was asked for, else 8080 or the next free one of 127.0.0.1. Rejects with SetupError where it is taken. */
export async function consolePort(asked: number | null): Promise<number> {
  if (asked !== null) {
    if (await isFree(asked)) return asked;
    throw new SetupError(`Port ${asked} of 127.0.0.1 is taken or not allowed: leave --port out, or name another.`, 2);
  }
  for (let port = firstPort; port <= lastPort; port += 1) if (await isFree(port)) return port;
  throw new SetupError(`No port from ${firstPort} to ${lastPort} is free: name one with --port.`, 2);
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

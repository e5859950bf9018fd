import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type ListenOptions, type Server } from 'node:net';

/** A port of 127.0.0.1 that no other sandbox on this machine takes until it is released, used or not. */
export interface ReservedPort {
  readonly port: number;
  release(): void;
}

const ATTEMPTS = 200;

/**
 * Reserves a free port of 127.0.0.1; the preferred one where it is free.
 * Ports come from outside the kernel's ephemeral range: inside it, an outgoing connection takes a stopped server's port
 * sooner or later (a client that knocks at it can even connect to itself), and the server could not come back.
 * The reservation is an abstract unix socket: seen by every process of the machine, no file, gone with its process.
 * Throws when no port is found after 200 attempts.
 */
export async function reservePort(preferred?: number): Promise<ReservedPort> {
  const range = await choiceOfPorts();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = attempt === 0 && preferred !== undefined ? preferred : randomInt(range.first, range.last + 1);
    const reservation = await listen({ path: `\0baton-sandbox-port-${port}` });
    if (!reservation) continue;
    const probe = await listen({ host: '127.0.0.1', port, exclusive: true });
    if (probe) {
      await new Promise((resolve) => probe.close(resolve));
      return { port, release: () => void reservation.close() };
    }
    reservation.close();
  }
  throw new Error(`no free port between ${range.first} and ${range.last} after ${ATTEMPTS} attempts`);
}

async function choiceOfPorts(): Promise<{ first: number; last: number }> {
  const ephemeral = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '32768 60999');
  const [low = 32_768, high = 60_999] = ephemeral.trim().split(/\s+/).map(Number);
  if (low >= 12_000) return { first: 10_000, last: low - 1 };
  if (high <= 63_000) return { first: high + 1, last: 65_535 };
  return { first: 10_000, last: 30_000 };
}

/** The listening server, which does not keep the process alive; null where somebody else has the address. */
async function listen(where: ListenOptions): Promise<Server | null> {
  return await new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    server.listen(where, () => {
      server.unref();
      resolve(server);
    });
  });
}

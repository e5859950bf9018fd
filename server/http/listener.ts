import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Access } from '../access/access.ts';
import type { Engine } from '../console/engine.ts';
import { BatonError } from '../contract/errors.ts';
import { longestSocketPath, parseListenAddress } from '../contract/listen-address.ts';
import { secureServers, type SecureServers } from '../tls/secure-server.ts';
import type { TlsFiles } from '../tls/material.ts';
import { addPublicRoutes, addReadingRoutes, buildApi } from './build-api.ts';
import type { PublicDoor } from './door.ts';
import { createDownloads } from './downloads.ts';
import { createEventStreams } from './event-streams.ts';
import { createGate } from './gate.ts';
import { allowedHosts } from './hosts.ts';
import { closeServers, type Handler, openServer, type OpenServer } from './open-servers.ts';
import { addPages, type Pages, startPages } from './pages/pages.ts';
import { metricsRoute } from './routes/metrics.ts';
import { createSessionCookie } from './session-cookie.ts';

/** What may change while it listens (a reloaded configuration). */
export interface ListenerSettings {
  /** What a browser sees. */
  url: string;
  hosts: readonly string[];
  metricsFromLoopback: boolean;
}

export interface ListenerOptions {
  engine: Engine;
  access: Access;
  logger: Logger;
  listen: readonly string[];
  tls?: TlsFiles;
  /** Read at each request. */
  settings: () => ListenerSettings;
  sessionSecret: string;
  sessionSeconds: number;
  /** Where .next and public stand; null: no pages, the API alone. */
  pagesDirectory: string | null;
  /** Where the private sockets are; the system's folder for temporary files where it is not said. */
  runDirectory?: string | undefined;
  /** What renders pages; Next, but in tests. */
  pagesProgram?: string;
}

export interface Listener {
  /** Every address it listens on, as a URL. */
  readonly urls: readonly string[];
  /** Resolves when the first page can be shown. */
  readonly pagesReady: Promise<void>;
  /** Stops accepting, ends streams and, after graceMs, what is still under way. */
  close(graceMs: number): Promise<void>;
}

/** A folder of our own for the private sockets. Rejects where their paths would be too long for the system. */
async function privateFolder(above: string): Promise<string> {
  const longest = Buffer.byteLength(join(above, 'baton-XXXXXX', 'engine.sock'));
  if (longest > longestSocketPath) {
    throw new BatonError(
      'invalid',
      `The console's sockets in ${above} would have a path of ${longest} bytes; ${longestSocketPath} are possible.`,
      'Name a shorter console.runDirectory, or set TMPDIR.',
    );
  }
  await mkdir(above, { recursive: true, mode: 0o700 });
  return await mkdtemp(join(above, 'baton-'));
}

/** Starts to listen: the API, events, downloads, metrics, and pages through Next. Rejects when an address is not free. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const tls = options.tls === undefined ? undefined : await secureServers(options.tls, options.logger);
  const stateDirectory = await privateFolder(options.runDirectory ?? tmpdir());
  /** What must be ended, the newest first. */
  const ends: ((graceMs: number) => Promise<unknown> | void)[] = [
    () => rm(stateDirectory, { recursive: true, force: true }),
    () => tls?.stop(),
  ];
  const close = async (graceMs: number): Promise<void> => {
    for (const end of ends.splice(0).toReversed()) await end(graceMs);
  };
  try {
    return { ...(await open(options, tls, stateDirectory, ends)), close };
  } catch (error) {
    await close(0);
    throw error;
  }
}

async function open(
  options: ListenerOptions,
  tls: SecureServers | undefined,
  stateDirectory: string,
  ends: ((graceMs: number) => Promise<unknown> | void)[],
): Promise<Omit<Listener, 'close'>> {
  const { engine, logger, settings } = options;
  const { url } = settings();
  const gate = createGate(options.access);
  const streams = createEventStreams(engine);
  ends.push(() => streams.close());
  const downloads = createDownloads(engine);
  const door: PublicDoor = {
    kind: 'public',
    gate,
    cookie: createSessionCookie({ url, secret: options.sessionSecret, seconds: options.sessionSeconds }),
    protocol: new URL(url).protocol,
    hosts: () => allowedHosts(settings().url, settings().hosts),
  };

  const engineSocket = join(stateDirectory, 'engine.sock');
  const privateApi = await buildApi({ kind: 'private', gate }, logger);
  ends.push(() => privateApi.close());
  await privateApi.register(async (scope) => addReadingRoutes(scope, engine), { prefix: '/api/v1' });
  await privateApi.ready();
  const own = await openServer(
    { kind: 'unix', path: engineSocket },
    (asked, answer) => privateApi.routing(asked, answer),
    {
      mode: 0o600,
    },
  );
  ends.push((graceMs) => closeServers([own], graceMs));

  const pages: Pages | null =
    options.pagesDirectory === null
      ? null
      : startPages({
          directory: options.pagesDirectory,
          ...(options.pagesProgram === undefined ? {} : { program: options.pagesProgram }),
          stateDirectory,
          engineSocket,
          gate,
          logger,
        });
  ends.push(() => pages?.close());
  const api = await buildApi(door, logger);
  ends.push(() => api.close());
  await addPublicRoutes(api, { engine, door, streams, downloads });
  metricsRoute(api, engine, () => settings().metricsFromLoopback);
  if (pages !== null) addPages(api, pages);
  await api.ready();

  const opened: OpenServer[] = [];
  ends.push(async (graceMs) => {
    streams.close();
    await closeServers(opened, graceMs);
  });
  for (const text of options.listen) {
    const handler: Handler = (asked, answer) => api.routing(asked, answer);
    opened.push(await openServer(parseListenAddress(text), handler, tls === undefined ? {} : { tls }));
  }
  return { urls: opened.map((server) => server.url), pagesReady: pages?.ready ?? Promise.resolve() };
}

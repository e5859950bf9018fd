import { mkdtemp, rm } from 'node:fs/promises';
import { Server as TlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Access } from '../access/access.ts';
import type { Engine } from '../console/engine.ts';
import { addPublicRoutes, addReadingRoutes, buildApi } from './build-api.ts';
import { type CertificateFiles, followCertificate, readCertificate } from './certificate.ts';
import type { PublicDoor } from './door.ts';
import { createDownloads } from './downloads.ts';
import { createEventStreams } from './event-streams.ts';
import { createGate } from './gate.ts';
import { allowedHosts } from './hosts.ts';
import { parseListenAddress } from './listen-address.ts';
import { openServer, type OpenServer } from './open-servers.ts';
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
  tls?: CertificateFiles;
  /** Read at each request. */
  settings: () => ListenerSettings;
  sessionSecret: string;
  sessionSeconds: number;
  /** Where .next and public stand; null: no pages, the API alone. */
  pagesDirectory: string | null;
}

export interface Listener {
  /** Every address it listens on, as a URL. */
  readonly urls: readonly string[];
  /** Resolves when the first page can be shown. */
  readonly pagesReady: Promise<void>;
  /** Stops accepting, ends streams and, after graceMs, what is still under way. */
  close(graceMs: number): Promise<void>;
}

/** Starts to listen: the API, events, downloads, metrics, and pages through Next. Rejects when an address is not free. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { engine, logger, settings } = options;
  const gate = createGate(options.access);
  const { url } = settings();
  const stateDirectory = await mkdtemp(join(tmpdir(), 'baton-'));
  const streams = createEventStreams(engine);
  const downloads = createDownloads(engine);
  const door: PublicDoor = {
    kind: 'public',
    gate,
    cookie: createSessionCookie({ url, secret: options.sessionSecret, seconds: options.sessionSeconds }),
    protocol: new URL(url).protocol,
    hosts: () => allowedHosts(settings().url, settings().hosts),
  };

  const privateApi = await buildApi({ kind: 'private', gate }, logger);
  await privateApi.register(async (scope) => addReadingRoutes(scope, engine), { prefix: '/api/v1' });
  await privateApi.ready();
  const engineSocket = join(stateDirectory, 'engine.sock');
  const opened: OpenServer[] = [];
  opened.push(
    await openServer({ kind: 'unix', path: engineSocket }, (asked, answer) => privateApi.routing(asked, answer), {
      mode: 0o600,
    }),
  );

  const pages: Pages | null =
    options.pagesDirectory === null
      ? null
      : startPages({ directory: options.pagesDirectory, stateDirectory, engineSocket, gate, logger });
  const api = await buildApi(door, logger);
  await addPublicRoutes(api, { engine, door, streams, downloads });
  metricsRoute(api, engine, () => settings().metricsFromLoopback);
  if (pages !== null) addPages(api, pages);
  await api.ready();

  const tls = options.tls === undefined ? undefined : await readCertificate(options.tls);
  let unfollow: (() => void) | null = null;
  const stop = async (graceMs: number): Promise<void> => {
    unfollow?.();
    const closed = opened.map(({ server }) => new Promise((resolve) => server.close(resolve)));
    streams.close();
    opened.forEach(({ server }) => server.closeIdleConnections());
    const hard = setTimeout(() => {
      downloads.close();
      opened.forEach(({ server }) => server.closeAllConnections());
    }, graceMs);
    await Promise.all(closed);
    clearTimeout(hard);
    await pages?.close();
    await Promise.all([api.close(), privateApi.close()]);
    await rm(stateDirectory, { recursive: true, force: true });
  };
  try {
    for (const text of options.listen) {
      opened.push(
        await openServer(
          parseListenAddress(text),
          (asked, answer) => api.routing(asked, answer),
          tls === undefined ? {} : { tls },
        ),
      );
    }
  } catch (error) {
    await stop(0);
    throw error;
  }
  if (options.tls !== undefined) {
    const tlsServers = opened.map(({ server }) => server).filter((server) => server instanceof TlsServer);
    unfollow = followCertificate(options.tls, tlsServers, logger);
  }
  return {
    urls: opened.slice(1).map((server) => server.url),
    pagesReady: pages?.ready ?? Promise.resolve(),
    close: stop,
  };
}

import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import packageJson from '../../package.json' with { type: 'json' };
import type { AgentStatus } from '../contract/agent.ts';
import type { AgentConfiguration } from '../contract/configuration/agent.ts';
import { baseUrl, parseListenAddress } from '../contract/listen-address.ts';
import { askLocalServer, observeLocalServer } from '../mariadb/local-server.ts';
import { BackupTurn } from '../backups/turn.ts';
import { createService } from '../services/create-service.ts';
import type { Service } from '../services/service.ts';
import { plainHttpProblem } from '../tls/is-private.ts';
import { secureServers, type SecureServers } from '../tls/secure-server.ts';
import { backupsStatus, createBackups } from './backup-parts.ts';
import { serveBackupRuns, serveBackups, serveOriginNames, serveVerifications } from './backup-routes.ts';
import { buildApp } from './build-app.ts';
import { serveCopies } from './copy-routes.ts';
import { createReseeds, placeOf } from './reseed-parts.ts';
import { serveReseeds } from './reseed-routes.ts';
import { ServiceDecision } from './decide-services.ts';
import { serveDatabase } from './database-route.ts';
import { DatabaseStatus } from './database-status.ts';
import { FirstCopy } from './first-copy.ts';
import { serveExports } from './exports-route.ts';
import { LocalDoor } from './local-door.ts';
import { serveReaderTokens } from './reader-tokens.ts';
import { createGalera } from './galera-parts.ts';
import { serveGalera } from './galera-routes.ts';
import { serveReadOnly } from './read-only-route.ts';
import { serveSignIns } from './sign-in-route.ts';
import { ServerCertificates } from './server-certificates.ts';
import { serveServices } from './service-routes.ts';
import { stateDirectoryOf } from './state-directory.ts';
import { readTokens } from './tokens.ts';
import { serveTransactions } from './transactions-route.ts';

/** How long downloads may go on when the agent ends. */
const drainMs = 2000;
/** Services have 2.5 s, downloads 2 s; whoever ends the agent may wait for 5 s in all. */
const closeMs = 3500;
const observeTimeoutMs = 2000;

/** A running agent. */
export interface RunningAgent {
  /** Where it listens: the port is the real one where the configuration said 0. */
  readonly url: string;
  /** What its end would break off, in words; null: nothing. */
  busyWith(): string | null;
  /** Ends all of it within 5 s: a dump in progress is given up, downloads are cut after 2 s. Safe to repeat. */
  close(): Promise<void>;
}

/**
 * Starts the agent of one server and resolves when it listens; the database need not be up.
 * Rejects with a message that names the field when the configuration can't be followed.
 */
export async function startAgent(configuration: AgentConfiguration, logger: Logger): Promise<RunningAgent> {
  const address = parseListenAddress(configuration.listen);
  const { tokenFile, readerTokenFile, server: database, tls } = configuration;
  const plain = tls ? null : plainHttpProblem(address, configuration.plainHttp);
  if (plain !== null) throw new Error(`agent.listen: ${plain}`);
  const clients = tls?.clients ?? null;
  const tokens = await readTokens({ tokenFile, readerTokenFile, byCertificate: clients !== null });
  const secure = tls ? await secureListener(tls, logger) : null;
  const stateDirectory = await makeStateDirectory(configuration);
  const local = new LocalDoor(stateDirectory);
  const app = buildApp({ secure, clients, tokens, local }, logger);
  const { socket, defaultsFile } = database;
  const server = configuration.name ?? serverNameOf(hostname());
  const options = { server, stateDirectory, now: () => new Date(), logger };
  const services = await createServices(configuration, options);
  const turn = new BackupTurn();
  const backups = await createBackups(configuration, { ...options, turn });
  const reseeds = await createReseeds(configuration, options);
  const galera = createGalera(configuration, options);
  const decision = new ServiceDecision({
    services: [...services.values()],
    observe: () =>
      askLocalServer({ socket, defaultsFile }, observeTimeoutMs, (asked) =>
        observeLocalServer(asked, observeTimeoutMs),
      ),
    retryMs: 2000,
    watchMs: 5000,
    logger,
  });

  const serverCertificates = new ServerCertificates({ socket, defaultsFile }, logger);
  const firstCopy = new FirstCopy(configuration, stateDirectory, logger);
  const databaseStatus = new DatabaseStatus(database);
  app.get('/v1/status', async (): Promise<AgentStatus> => ({
    version: packageJson.version,
    server,
    certificateProblems: [secure?.problem ?? null, serverCertificates.problem].filter((one) => one !== null),
    services: await Promise.all([...services.values()].map((service) => service.look())),
    database: await databaseStatus.read(),
    ...(firstCopy.status && { firstCopy: firstCopy.status }),
    backups: await backupsStatus(backups),
  }));
  serveServices(app, { services, onSwitch: (name) => decision.overrule(name) });
  serveReadOnly(app, database.persistFile, () => databaseStatus.forget());
  serveSignIns(app);
  serveReaderTokens(app, tokens, options.now);
  serveTransactions(app, { socket, defaultsFile }, logger);
  const endCopies = serveCopies(app, {
    place: placeOf(configuration),
    workDirectory: options.stateDirectory,
    turn,
    logger,
  });
  serveReseeds(app, reseeds);
  serveExports(app, {
    server,
    database: { socket, defaultsFile },
    directory: join(options.stateDirectory, 'set-aside'),
    now: options.now,
  });
  serveGalera(app, galera, options.now);
  const endTunnels = serveDatabase(app, database);
  if (backups) {
    serveBackups(app, backups);
    serveOriginNames(app, backups);
    serveBackupRuns(app, backups);
    serveVerifications(app, backups);
  }

  const close = async (): Promise<void> => {
    secure?.stop();
    backups?.schedule?.stop();
    backups?.verifySchedule?.stop();
    endCopies();
    endTunnels();
    const cut = setTimeout(() => app.server.closeAllConnections(), drainMs);
    const ends = [...services.values()].map((service) => service.close());
    const ended = Promise.all([
      local.close(),
      app.close(),
      decision.stop(),
      serverCertificates.stop(),
      backups?.runner.close(),
      backups?.verifications.close(),
      reseeds?.close(),
      firstCopy.close(),
      ...ends,
    ]);
    // What waits for an answer of a server that hangs has nothing to finish: it is left.
    await Promise.race([ended, pause(closeMs, undefined, { ref: false })]);
    clearTimeout(cut);
  };
  try {
    await app.listen(address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port });
    await local.open((request, response) => app.routing(request, response));
    // Only who holds the address is the agent of this server, and may touch what an earlier one left.
    await backups?.verifications.open();
    await backups?.runner.open();
    await reseeds?.open();
    await galera?.control?.open();
    firstCopy.start();
    decision.start();
    serverCertificates.start();
  } catch (error) {
    await close();
    throw error;
  }
  const url = baseUrl(address, portOf(app.server.address()), configuration.tls !== undefined);
  logger.info({ url, server, services: [...services.keys()] }, 'agent listens');
  let closing: Promise<void> | null = null;
  const busyWith = (): string | null => {
    const service = [...services.values()].find(({ working }) => working);
    if (service) return `${service.name} is running`;
    if (backups?.runner.running()) return 'a backup is being taken';
    if (backups?.verifications.running()) return 'a backup is being verified';
    if (firstCopy.working) return 'the first copy of the server is being made';
    if (reseeds?.working === true) return 'the server is being given a copy';
    const node = galera?.control?.work ?? null;
    if (node !== null && node.startedAt !== null && node.endedAt === null) return `the node is ${node.kind}`;
    // Also a copy that another server is being sent.
    return turn.held === null ? null : `${turn.held} is being taken`;
  };
  return { url, busyWith, close: () => (closing ??= close()) };
}

async function secureListener(tls: NonNullable<AgentConfiguration['tls']>, logger: Logger): Promise<SecureServers> {
  const { certificate, key, clientCa: ca, clientCrl: crl } = tls;
  return await secureServers({ certificate, key, ca, crl }, logger);
}

async function createServices(
  configuration: AgentConfiguration,
  options: { readonly stateDirectory: string; readonly now: () => Date },
): Promise<ReadonlyMap<string, Service>> {
  const services = new Map<string, Service>();
  for (const [name, service] of Object.entries(configuration.services)) {
    services.set(name, await createService(name, service, options));
  }
  return services;
}

async function makeStateDirectory(configuration: AgentConfiguration): Promise<string> {
  const directory = stateDirectoryOf(configuration);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return directory;
}

/** The host's name as a server's name may be: its first label, without what a file name should not hold. */
function serverNameOf(host: string): string {
  return (host.split('.')[0] ?? '').replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 63) || 'server';
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createAccess } from '../access/access.ts';
import { readSecret } from '../configuration/read-secret.ts';
import type { Operation } from '../contract/operation.ts';
import { startListener } from '../http/listener.ts';
import { Operations } from '../operations/operations.ts';
import { openStore } from '../store/open-store.ts';
import { type ClusterParts, createCluster } from './cluster.ts';
import { readClusterSecrets } from './cluster-secrets.ts';
import { Clusters } from './clusters.ts';
import { createEngine } from './engine/create-engine.ts';
import type { Engine } from './engine.ts';
import { holderIsGone, thisHolder } from './holder.ts';
import { Hub } from './hub.ts';
import { createMetrics } from './metrics.ts';
import { auditMaintenanceOver } from './maintenance-over.ts';
import { auditOperations } from './operation-ends.ts';
import { type ConfigurationSource, readConfiguration } from './read-configuration.ts';
import { applyConfiguration } from './reload.ts';
import { watchUnfinished } from './take-up.ts';
import { withTakeoverUrls } from './takeover-urls.ts';
import { within } from './within.ts';

/** A takeover behind the point of no return ends within seconds; one that does not is in the journal. */
const quiesceMs = 8_000;
/** What is under way when the console ends (a download) gets this long. */
const drainMs = 1_000;

export type ConsoleOptions = ConfigurationSource & {
  logger: Logger;
  /** Where .next/ and public/ stand; null: no pages, the API alone. */
  nextDirectory: string | null;
};

/** A console that runs. */
export interface RunningConsole {
  /** Every address it listens on. */
  readonly urls: readonly string[];
  readonly engine: Engine;
  /** Resolves when the first page can be shown; rejects when the pages did not come up at first (they are tried again). */
  readonly pagesReady: Promise<void>;
  /** Reads the configuration file again. Rejects with BatonError, one problem a line, and the old one stays in force. */
  reload(): Promise<void>;
  /**
   * Ends within 10 s: a takeover before its point of no return is cancelled and restored, one behind it goes on for up to
   * 8 s, and what is left is in the journal. Safe to repeat.
   */
  close(): Promise<void>;
}

/**
 * Builds a console from its configuration and starts it: store, access, watch over each cluster, what was left unfinished,
 * listener, pages. Rejects with BatonError (configuration, secrets, store) or the system's error (address in use).
 */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const { logger } = options;
  let configuration = await readConfiguration(options);
  const sessionSecret = await readSecret(configuration.console.sessionSecretFile);
  const store = await openStore(configuration.console.store);
  const now = Date.now;
  const { sessionHours } = configuration.console;
  const access = createAccess(store, { now, sessionHours });
  const hub = new Hub(now());
  const clusters = new Clusters();
  const metrics = createMetrics({
    snapshots: () => clusters.all().map(({ watcher }) => watcher.snapshot()),
    dumps: (name) => clusters.find(name)?.agents.dumps() ?? [],
    now,
  });
  const audit = auditOperations(access, logger);
  const operations = new Operations({
    journal: store.journal,
    leases: store.leases,
    memory: store.memory,
    now,
    newId: randomUUID,
    holder: thisHolder(),
    isGone: holderIsGone,
    onOperation: (operation) => {
      hub.publish({ kind: 'operation', value: operation });
      audit(operation);
      changed(operation);
    },
  });
  const changed = (operation: Operation): void => {
    const cluster = clusters.find(operation.cluster);
    if (operation.outcome === null) {
      cluster?.watcher.refresh();
      return;
    }
    metrics.ended(operation);
    cluster?.showInterrupted(null);
    cluster?.ended(operation);
  };
  access.audit.listen((entry) => hub.publish({ kind: 'audit', value: entry }));
  const clusterParts: ClusterParts = {
    store,
    operations,
    logger,
    now,
    consoleUrl: () => configuration.console.url,
    onSnapshot: (snapshot) =>
      hub.publish({ kind: 'snapshot', value: withTakeoverUrls(snapshot, configuration.console.url) }),
    onMaintenanceOver: auditMaintenanceOver(access, logger),
  };
  const settled = Promise.withResolvers<void>();
  let closing: Promise<void> | null = null;
  const engine = createEngine({
    clusters,
    operations,
    access,
    store,
    hub,
    metrics,
    logger,
    now,
    consoleUrl: () => configuration.console.url,
    settled: settled.promise,
    stopping: () => closing !== null,
  });
  const stop = async (): Promise<void> => {
    await Promise.all(clusters.all().map((cluster) => cluster.stop()));
    await store.close();
  };

  try {
    for (const [name, cluster] of Object.entries(configuration.clusters)) {
      clusters.put(
        createCluster(
          name,
          { configuration: cluster, secrets: await readClusterSecrets(cluster, logger) },
          clusterParts,
        ),
      );
    }
    await Promise.all(clusters.all().map((cluster) => cluster.start()));
    const { listen, tls } = configuration.console;
    const listener = await startListener({
      engine,
      access,
      logger,
      listen: typeof listen === 'string' ? [listen] : listen,
      ...(tls && { tls: { certificate: tls.certificate, key: tls.key, ca: tls.clientCa, crl: tls.clientCrl } }),
      settings: () => {
        const { url, hosts, metrics: allowed } = configuration.console;
        return { url, hosts, metricsFromLoopback: allowed.allowLoopback };
      },
      sessionSecret,
      sessionSeconds: sessionHours * 3600,
      pagesDirectory: options.nextDirectory,
      runDirectory: configuration.console.runDirectory,
    });
    // Only who holds the address is the console: one started twice by mistake takes nothing up.
    const takeUps = watchUnfinished(operations, clusters, logger);
    settled.resolve(takeUps.settled);
    logger.info({ urls: listener.urls, clusters: Object.keys(configuration.clusters) }, 'console listens');
    let reloading: Promise<void> = Promise.resolve();
    const readAgain = async (): Promise<void> => {
      const next = await readConfiguration(options);
      configuration = await applyConfiguration(configuration, next, { ...clusterParts, clusters, hub });
    };
    const close = async (): Promise<void> => {
      takeUps.stop();
      await within(quiesceMs, operations.quiesce());
      await listener.close(drainMs);
      await stop();
    };
    return {
      urls: listener.urls,
      engine,
      pagesReady: listener.pagesReady,
      reload() {
        // One after the other: a second signal must not meet a half-taken configuration.
        const mine = reloading.then(readAgain);
        reloading = mine.catch(() => undefined);
        return mine;
      },
      close: () => (closing ??= close()),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

import type { SandboxCluster } from '../../sandbox/cluster.ts';
import { caughtUp } from '../../sandbox/replication.ts';
import { until } from '../../sandbox/until.ts';
import type { TestBaton } from './baton.ts';

/** For scenarios: what their stories have in common, on one cluster with one console. */
export class Scene {
  readonly cluster: SandboxCluster;
  readonly baton: TestBaton;

  constructor(cluster: SandboxCluster, baton: TestBaton) {
    this.cluster = cluster;
    this.baton = baton;
  }

  async stop(): Promise<void> {
    await this.baton.stop();
    await this.cluster.stop();
  }

  /** kill -9, and resolves when the console has seen it. */
  async kill(name: string): Promise<void> {
    await this.cluster.server(name).kill();
    await until(() => this.baton.watcher.observationOf(name)?.kind === 'unreachable', { what: `${name} is seen down` });
  }

  /** Starts a server that was down, and resolves when the console has seen it. */
  async start(name: string): Promise<void> {
    await this.cluster.server(name).start();
    await until(() => this.baton.watcher.observationOf(name)?.kind === 'up', { what: `${name} is seen up` });
  }

  /** Every other server has applied what the primary has. */
  async level(primary: string, others: readonly string[]): Promise<void> {
    await Promise.all(
      others.map(async (name) => await caughtUp(this.cluster.server(name), this.cluster.server(primary))),
    );
  }

  /** One committed order; answers its uid. */
  async write(name: string, uid: string): Promise<string> {
    await this.cluster.server(name).sql(`INSERT INTO shop.orders (uid) VALUES ('${uid}')`);
    return uid;
  }

  async has(name: string, uid: string): Promise<boolean> {
    return (await this.cluster.server(name).sql(`SELECT 1 FROM shop.orders WHERE uid='${uid}'`)).length === 1;
  }

  /** Codes of the checks that stop the promotion of that server. */
  async blocks(target: string): Promise<string[]> {
    await this.baton.watcher.lookNow();
    const { checks } = await this.baton.takeovers.plan({ target });
    return checks.filter(({ level }) => level === 'block').map(({ code }) => code);
  }
}

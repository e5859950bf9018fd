import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { carryOut } from '../../cli/sandbox/carry-out.ts';
import { serveControl } from '../../cli/sandbox/control-server.ts';
import { sandboxControl } from '../../cli/sandbox/server-control.ts';
import { steadyLoad } from '../../cli/sandbox/steady-load.ts';
import type { SandboxCluster } from '../../sandbox/cluster.ts';
import { reservePort } from '../../sandbox/ports.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import { until } from '../../sandbox/until.ts';
import { flagsFor } from '../../setup/node24.mjs';
import { AgentClient } from '../client.ts';

const main = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
/** For tests: the token that these agents take. */
export const agentToken = 'console-token-0123456789';

/** For tests: `baton agent` beside a sandbox server, as a process that can be killed and started again. */
export class AgentProcess {
  readonly server: string;
  readonly url: string;
  readonly client: AgentClient;
  readonly stateDirectory: string;
  readonly log: string;
  readonly #configuration: string;
  #child: ChildProcess | null = null;

  constructor(folder: string, server: string, port: number) {
    this.server = server;
    this.url = `http://127.0.0.1:${port}`;
    this.client = new AgentClient({ server, url: this.url, token: agentToken });
    this.stateDirectory = join(folder, 'state');
    this.log = join(folder, 'agent.log');
    this.#configuration = join(folder, 'agent.yaml');
  }

  /** The process id, while it runs. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(): Promise<void> {
    const log = await open(this.log, 'a');
    // It never outlives the test.
    const argv = [
      '--pdeathsig',
      'KILL',
      process.execPath,
      ...flagsFor(['agent']),
      main,
      'agent',
      '--config',
      this.#configuration,
    ];
    const child = spawn('setpriv', argv, { stdio: ['ignore', log.fd, log.fd] });
    await log.close();
    this.#child = child;
    await until(async () => child.exitCode !== null || (await this.client.status().then(Boolean, () => false)), {
      what: `the agent of ${this.server} answers`,
      timeoutMs: 60_000,
    });
    if (child.exitCode !== null) throw new Error(await readFile(this.log, 'utf8'));
  }

  /** Ends it with this signal, and resolves when it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  /** SIGKILL, and a new one in its place. */
  async restart(): Promise<void> {
    await this.end('SIGKILL');
    await this.start();
  }
}

/** For tests: one agent process beside each server; they may stop and start the servers. */
export interface AgentProcesses {
  of(server: string): AgentProcess;
  stop(): Promise<void>;
}

export async function startAgentProcesses(
  cluster: SandboxCluster,
  change: (server: SandboxServer) => object = () => ({}),
): Promise<AgentProcesses> {
  const load = steadyLoad(cluster);
  const endControl = await serveControl(cluster.dir, async (request) => await carryOut(cluster, load, request));
  const agents = await Promise.all(
    cluster.servers.map(async (server) => {
      const folder = join(cluster.dir, `agent-${server.name}`);
      await mkdir(folder, { recursive: true });
      const { port } = await reservePort();
      await writeFile(join(folder, 'token'), agentToken, { mode: 0o600 });
      const { socket, optionsFile: defaultsFile, persistFile } = server;
      const control = sandboxControl(process.execPath, cluster.dir, server.name);
      const agent = {
        listen: `127.0.0.1:${port}`,
        name: server.name,
        server: { socket, defaultsFile, persistFile, control },
        tokenFile: join(folder, 'token'),
        stateDirectory: join(folder, 'state'),
        ...change(server),
      };
      await writeFile(join(folder, 'agent.yaml'), stringify({ agent }));
      const started = new AgentProcess(folder, server.name, port);
      await started.start();
      return started;
    }),
  );
  return {
    of(name) {
      const found = agents.find(({ server }) => server === name);
      if (!found) throw new Error(`no agent ${name}`);
      return found;
    },
    async stop() {
      for (const agent of agents) agent.client.close();
      await Promise.all(agents.map(async (agent) => await agent.end('SIGKILL')));
      await endControl();
    },
  };
}

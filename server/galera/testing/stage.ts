import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestAgent, type TestAgent } from '../../agent/fixtures.ts';
import type { NodeEvidence } from '../../contract/galera-evidence.ts';
import type { Decision, NodeReport } from '../../contract/galera.ts';
import { createGaleraCluster, type GaleraOptions, type GaleraSandbox } from '../../sandbox/galera/galera-cluster.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import { until } from '../../sandbox/until.ts';
import type { GaleraAgent } from '../agent.ts';
import { decide, type DecisionInput } from '../decide/decide.ts';
import { manageNodes } from './node-manager.ts';

/** For tests: real nodes with a real agent beside each, which starts and stops its node. */
export interface GaleraStage {
  readonly cluster: GaleraSandbox;
  node(name: string): SandboxServer;
  agent(name: string): GaleraAgent;
  /** Another agent of that node, which gives a start or a stop so long. */
  impatient(name: string, controlTimeoutSeconds: number): Promise<GaleraAgent>;
  /** The agents with their folders and addresses. */
  readonly agents: ReadonlyMap<string, TestAgent>;
  evidence(name: string): Promise<NodeEvidence>;
  /** Evidence with the positions of nodes that are down, of all, and what is decided from it. */
  decision(records?: Partial<Pick<DecisionInput, 'floor' | 'lastSeen'>>): Promise<Decision>;
  /** How often mariadbd was run with --wsrep-recover on the node. */
  recoveries(name: string): Promise<number>;
  /** Starts it by its agent and resolves when the agent says that this has ended well. */
  start(name: string, request: { bootstrap: boolean; position: string | null; forgetView?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

export async function galeraStage(options: GaleraOptions = {}): Promise<GaleraStage> {
  const cluster = await createGaleraCluster(options);
  const manager = await manageNodes(cluster);
  const agents = new Map<string, TestAgent>();
  const further: TestAgent[] = [];
  const names = cluster.servers.map(({ name }) => name);
  const stop = async (): Promise<void> => {
    await Promise.all([...agents.values(), ...further].map(async (agent) => await agent.remove()));
    manager.close();
    await cluster.stop();
  };
  const agentBeside = async (name: string, change: { controlTimeoutSeconds?: number } = {}): Promise<TestAgent> => {
    const { socket, optionsFile, startFile } = cluster.server(name);
    const program = await countingProgram(cluster, name);
    const galera = { startFile: startFile ?? '', program };
    const server = { socket, defaultsFile: optionsFile, control: manager.controlOf(name), galera, ...change };
    return await startTestAgent({ name, server });
  };
  try {
    for (const name of names) agents.set(name, await agentBeside(name));
  } catch (error) {
    await stop();
    throw error;
  }
  const agent = (name: string): GaleraAgent => {
    const found = agents.get(name);
    if (!found) throw new Error(`no agent ${name}`);
    return found.client.galera;
  };
  return {
    cluster,
    agents,
    node: (name) => cluster.server(name),
    agent,
    async impatient(name, controlTimeoutSeconds) {
      const other = await agentBeside(name, { controlTimeoutSeconds });
      further.push(other);
      return other.client.galera;
    },
    evidence: async (name) => (await agent(name).evidence()).evidence,
    async decision(records = {}) {
      const reports = await Promise.all(names.map(async (name) => await reportOf(name, agent(name))));
      return decide({ members: names, reports, now: Date.now(), floor: null, lastSeen: new Map(), ...records });
    },
    recoveries: async (name) =>
      (await readFile(countFile(cluster, name), 'utf8').catch(() => '')).split('\n').filter(Boolean).length,
    async start(name, request) {
      await agent(name).start({ forgetView: false, ...request });
      await until(async () => (await agent(name).evidence()).work.endedAt !== null, {
        what: `${name} is started`,
        timeoutMs: 120_000,
      });
      const { error } = (await agent(name).evidence()).work;
      if (error !== null) throw new Error(error);
    },
    stop,
  };
}

async function reportOf(name: string, agent: GaleraAgent): Promise<NodeReport> {
  const observedAt = new Date().toISOString();
  try {
    const { evidence } = await agent.position(60_000);
    return { kind: 'seen', name, observedAt, evidence };
  } catch (error) {
    return { kind: 'unknown', name, reason: String(error) };
  }
}

const countFile = (cluster: GaleraSandbox, name: string): string => join(cluster.dir, `${name}.recoveries`);

/** The real mariadbd, by a script that writes down that it was asked. */
async function countingProgram(cluster: GaleraSandbox, name: string): Promise<string> {
  const script = join(cluster.dir, `${name}.mariadbd`);
  await writeFile(script, `#!/bin/sh\necho run >> '${countFile(cluster, name)}'\nexec mariadbd "$@"\n`);
  await chmod(script, 0o755);
  return script;
}

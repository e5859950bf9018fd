import { within } from './deadline.ts';
import type { AgentFacts } from './view.ts';

const everyMs = 2_000;
const timeoutMs = 3_000;

/** Asks each agent on its own timer and deadline: one that is down delays no other. */
export interface AgentPoller {
  start(): void;
  stop(): void;
}

export function createAgentPoller(options: {
  readonly servers: readonly string[];
  readonly ask: (server: string) => Promise<AgentFacts | null>;
  readonly onAnswer: (server: string, facts: AgentFacts | null) => void;
}): AgentPoller {
  const timers = new Map<string, NodeJS.Timeout>();
  let stopped = true;

  async function turn(server: string, before: AgentFacts | null): Promise<void> {
    const facts = await answer(server, before);
    if (stopped) return;
    options.onAnswer(server, facts);
    timers.set(
      server,
      setTimeout(() => void turn(server, facts), everyMs),
    );
  }

  async function answer(server: string, before: AgentFacts | null): Promise<AgentFacts | null> {
    try {
      return await within(timeoutMs, 'agent', options.ask(server));
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const services = before?.agent.services ?? [];
      // Its dumps are where they were; whether they can be fetched is another question.
      const known = before ?? { newestDump: null, dumpFailure: null, dumpsScheduled: false };
      return { ...known, agent: { state: 'unreachable', detail, services } };
    }
  }

  return {
    start() {
      stopped = false;
      for (const server of options.servers) void turn(server, null);
    },
    stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

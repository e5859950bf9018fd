import type { ServerSnapshot } from '../../contract/snapshot.ts';
import { duration, freshServers, type Evidence, type Finding } from './finding.ts';

/** The server's clock may be off by this much before anything is said. */
const skewLimitSeconds = 2;

/** A server that does not answer, other than the primary, which has a rule of its own. */
export function serverUnreachable({ snapshot }: Evidence): Finding[] {
  return snapshot.servers
    .filter((server) => server.state === 'unreachable' && server.name !== snapshot.primary)
    .map((server) => ({
      code: 'server-unreachable',
      level: 'serious',
      server: server.name,
      text: `${server.name} can't be reached: ${server.detail ?? 'no reason known'}.`,
      fix: certificateFix(server),
    }));
}

/** null: it is nothing about certificates. */
export function certificateFix({ name, reason }: ServerSnapshot): string | null {
  return reason === 'tls'
    ? `Look at its certificate and at serverTls: \`baton check certificates\` here and on the host of ${name}.`
    : null;
}

/** What is shown of a server is older than it may be, though no look has failed: the looks take too long. */
export function stale({ snapshot }: Evidence): Finding[] {
  return snapshot.servers
    .filter((server) => server.state === 'stale' && server.attemptedAt !== null)
    .map((server) => {
      const age = (Date.parse(snapshot.observedAt) - Date.parse(server.observedAt ?? snapshot.observedAt)) / 1000;
      return {
        code: 'stale',
        level: 'serious',
        server: server.name,
        text: `What is shown of ${server.name} is ${duration(age)} old.`,
        fix: null,
      };
    });
}

/** Told of the later one of two servers with one server_id, in the order of the configuration. */
export function duplicateServerId(evidence: Evidence): Finding[] {
  const servers = evidence.snapshot.servers.filter((server) => server.serverId !== null);
  return servers.flatMap((server, index) => {
    const other = servers.slice(0, index).find((one) => one.serverId === server.serverId);
    if (!other) return [];
    return [
      {
        code: 'duplicate-server-id',
        level: 'serious',
        server: server.name,
        text: `${server.name} has the same server_id as ${other.name} (${server.serverId}): a primary drops one of two such replicas, over and over.`,
        fix: `Give ${server.name} a server_id of its own.`,
      },
    ];
  });
}

/** A clock that is off makes instants in logs, and the age of events, compare wrongly; the measured lag does not depend on it. */
export function clockSkew(evidence: Evidence): Finding[] {
  return freshServers(evidence)
    .filter((server) => Math.abs(server.clockSkewSeconds ?? 0) > skewLimitSeconds)
    .map((server) => ({
      code: 'clock-skew',
      level: 'caution',
      server: server.name,
      text: `The clock of ${server.name} is ${duration(Math.abs(server.clockSkewSeconds ?? 0))} ${(server.clockSkewSeconds ?? 0) > 0 ? 'ahead of' : 'behind'} the console's.`,
      fix: 'Check the time service of both machines.',
    }));
}

/** What the observing account may not do, with the statements that would let it. */
export function grantsMissing(evidence: Evidence): Finding[] {
  return freshServers(evidence)
    .filter((server) => server.missingGrants.length > 0)
    .map((server) => ({
      code: 'missing-grants',
      level: 'caution',
      server: server.name,
      text: `The console's account lacks privileges on ${server.name}.`,
      fix: server.missingGrants.join('; '),
    }));
}

/** A service that fell or can't be asked for: on a primary work is left undone, on a replica it may run unseen. */
export function serviceProblem(evidence: Evidence): Finding[] {
  return freshServers(evidence).flatMap(({ name: server, agent }) =>
    agent.services.flatMap(({ name, problem }) =>
      typeof problem === 'string'
        ? [
            {
              code: 'service-problem' as const,
              level: 'caution' as const,
              server,
              text: `Service ${name} of ${server}: ${problem}.`,
              fix: `Look at it on the host of ${server}; enabling it starts it again.`,
            },
          ]
        : [],
    ),
  );
}

/** The old certificate is in force, until it ends; nobody is told by a connection that works. */
export function certificateProblem({ snapshot }: Evidence): Finding[] {
  return snapshot.servers.flatMap(({ name: server, agent }) =>
    (agent.certificateProblems ?? []).map((problem) => ({
      code: 'certificate-problem' as const,
      level: 'caution' as const,
      server,
      text: `A renewed certificate of ${server} is not in force: ${problem}.`,
      fix: `Put whole files that belong together in their place on the host of ${server}; they are read by themselves.`,
    })),
  );
}

/** A detail that is a whole sentence already stands for itself. */
function agentSilence(server: string, detail: string | null): string {
  if (detail?.startsWith('The agent of')) return detail;
  return `The agent of ${server} can't be reached: ${detail ?? 'no reason known'}.`;
}

function agentFix(server: string, detail: string | null, alone: boolean): string {
  const without = alone
    ? `The console reaches ${server} through it alone: nothing goes on there without it.`
    : "Status and takeovers go on without it; dumps and services don't.";
  return /certificate/.test(detail ?? '')
    ? `Look at the certificates of both: \`baton check certificates\` here and on the host of ${server}. ${without}`
    : `Start it on the host of ${server} (baton agent). ${without}`;
}

/** An agent that is configured and does not answer: takeovers go on without it, what needs it does not. */
export function agentUnreachable({ snapshot }: Evidence): Finding[] {
  return snapshot.servers
    .filter((server) => server.agent.state === 'unreachable')
    .map((server) => ({
      code: 'agent-unreachable',
      level: 'caution',
      server: server.name,
      text: agentSilence(server.name, server.agent.detail),
      fix: agentFix(server.name, server.agent.detail, server.via === 'agent'),
    }));
}

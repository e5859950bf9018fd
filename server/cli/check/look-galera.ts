import type { AgentConfiguration } from '../../contract/configuration/agent.ts';
import { galeraStatus } from '../../mariadb/galera-status.ts';
import { askLocalServer } from '../../mariadb/local-server.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { judgeGalera } from '../../monitoring/galera.ts';
import type { Verdict } from '../../monitoring/verdict.ts';

const LOOK_MS = 3_000;

/** Asks the node beside this command how it stands in its cluster. */
export async function lookAtGalera({ server }: Pick<AgentConfiguration, 'server'>): Promise<Verdict> {
  const where = { socket: server.socket, defaultsFile: server.defaultsFile };
  try {
    return judgeGalera(await askLocalServer(where, LOOK_MS, async (asked) => await galeraStatus(asked, LOOK_MS)));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // Nobody listens: it is down, or waits for the others. Anything else does not tell.
    const level = error.kind === 'refused' ? 'critical' : 'unknown';
    return { level, text: `the node at ${server.socket} does not answer (${error.kind}): ${error.message}` };
  }
}

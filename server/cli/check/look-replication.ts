import { readFile } from 'node:fs/promises';
import type { AgentConfiguration } from '../../contract/configuration/agent.ts';
import { readParameters, type ReplicaParameters } from '../../contract/parameters.ts';
import { askLocalServer, localReplication } from '../../mariadb/local-server.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { judgeReplication } from '../../monitoring/replication.ts';
import type { Verdict } from '../../monitoring/verdict.ts';

const LOOK_MS = 3_000;

/** Asks the server beside this command what it is, and judges it by what it was asked to be. */
export async function lookAtReplication(
  { server, parametersFile }: Pick<AgentConfiguration, 'server' | 'parametersFile'>,
  thresholdSeconds: number | undefined,
): Promise<Verdict> {
  const wanted = await wantedOf(parametersFile);
  if ('level' in wanted) return wanted;
  const where = { socket: server.socket, defaultsFile: server.defaultsFile };
  try {
    const connections = await askLocalServer(where, LOOK_MS, (asked) => localReplication(asked, LOOK_MS));
    const asked = thresholdSeconds === undefined ? wanted : { ...wanted, thresholdSeconds };
    return judgeReplication(connections, asked);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // Nobody listens: it is down. Anything else does not tell.
    const level = error.kind === 'refused' ? 'critical' : 'unknown';
    return { level, text: `the server at ${server.socket} does not answer (${error.kind}): ${error.message}` };
  }
}

async function wantedOf(file: string | undefined): Promise<ReplicaParameters | Verdict> {
  const document = file === undefined ? '{}' : await readFile(file, 'utf8').catch(absent);
  if (document === null) return { level: 'unknown', text: `${file} can't be read` };
  const answer = readParameters(document);
  return answer.kind === 'read' ? answer.parameters : { level: 'unknown', text: `${file}: ${answer.text}` };
}

/** A file that is gone is a parameter that was withdrawn; one that can't be read says nothing. */
function absent(error: unknown): string | null {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? '{}' : null;
}

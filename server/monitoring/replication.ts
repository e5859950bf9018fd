import type { ReplicaParameters, WantedPrimary } from '../contract/parameters.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import { addressText } from '../contract/listen-address.ts';
import type { Verdict } from './verdict.ts';

/**
 * Whether the server is what it was asked to be. After a takeover it is not, on purpose: the check stays red until the
 * parameter is withdrawn, so that nobody forgets that the request and the servers differ.
 */
export function judgeReplication(connections: readonly ReplicaStatus[], wanted: ReplicaParameters): Verdict {
  const { primary, thresholdSeconds } = wanted;
  if (primary === null) {
    const [source] = connections;
    return source
      ? critical(
          `is in replica mode (follows ${addressText(source)}) and was not asked to: give it the parameters of a replica where this is meant`,
        )
      : { level: 'ok', text: 'is in primary mode' };
  }
  if (connections.length === 0) {
    return critical('is in primary mode but was asked to replicate: withdraw the parameter where this is meant');
  }
  const own = connections.find((connection) => follows(connection, primary));
  if (!own) {
    const whom = connections.map((connection) => `${connection.user} at ${addressText(connection)}`).join(', ');
    return critical(
      `does not follow the primary it was asked to, ${primary.user} at ${addressText(primary)}, but ${whom}`,
    );
  }
  return standing(own, thresholdSeconds);
}

function standing(connection: ReplicaStatus, thresholdSeconds: number): Verdict {
  const { ioThread, sqlThread, ioError, sqlError, secondsBehindMaster } = connection;
  const source = addressText(connection);
  if (sqlThread !== 'running' || ioThread !== 'running') {
    const errors = [ioError, sqlError].flatMap((error) => (error ? `${error.number}: ${error.text}` : []));
    const why = errors.length > 0 ? ` (${errors.join('; ')})` : '';
    return critical(`does not replicate from ${source}: IO thread ${ioThread}, SQL thread ${sqlThread}${why}`);
  }
  // Both threads run and nothing was received yet: neither well nor broken.
  if (secondsBehindMaster === null)
    return { level: 'unknown', text: `replicates from ${source}, how far behind is not known` };
  const behind = `${secondsBehindMaster} s behind ${source}`;
  return thresholdSeconds >= 0 && secondsBehindMaster > thresholdSeconds
    ? critical(`is ${behind}, more than ${thresholdSeconds} s`)
    : { level: 'ok', text: `is ${behind}` };
}

function follows({ host, port, user }: ReplicaStatus, primary: WantedPrimary): boolean {
  return host === primary.host && port === primary.port && user === primary.user;
}

const critical = (text: string): Verdict => ({ level: 'critical', text });

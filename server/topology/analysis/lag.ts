import { duration, transactions } from './finding.ts';
import { perConnection } from './threads.ts';

export const lagging = perConnection((server, connection, { snapshot }) => {
  if (connection.lagSeconds === null) return null;
  // A delay that was asked for is no lag.
  const excess = connection.lagSeconds - connection.delaySeconds;
  const { warnSeconds, criticalSeconds } = snapshot.lag;
  if (excess < warnSeconds) return null;
  const count = connection.transactionsBehind === null ? '' : `, ${transactions(connection.transactionsBehind)}`;
  const least = connection.lagAtLeast ? 'at least ' : '';
  return {
    code: 'replica-lagging',
    level: excess >= criticalSeconds ? 'critical' : 'caution',
    server: server.name,
    text: `${server.name} is ${least}${duration(connection.lagSeconds)} behind${count}.`,
    fix: null,
  };
});

/** Replicating, as far as the threads say, and no number: the primary's position is not known. */
export const lagUnknown = perConnection((server, connection) => {
  const replicating = connection.sqlThread === 'running' && connection.ioThread === 'running';
  if (!replicating || connection.lagSeconds !== null || connection.primarySilentSeconds !== null) return null;
  return {
    code: 'replica-lag-unknown',
    level: 'caution',
    server: server.name,
    text: `How far ${server.name} is behind is not known: the position of ${connection.primary ?? connection.source} can't be read.`,
    fix: null,
  };
});

export const primarySilent = perConnection((server, connection) => {
  const silent = connection.primarySilentSeconds;
  if (silent === null || connection.ioThread !== 'running') return null;
  const source = connection.primary ?? connection.source;
  return {
    code: 'primary-silent',
    level: 'serious',
    server: server.name,
    text: `${server.name} has heard nothing from ${source} for ${duration(silent)}, though its IO thread says that it is connected.`,
    fix: `Check the network between ${server.name} and ${source}.`,
  };
});

import { advice } from '../../mariadb/advice.ts';
import { formatGtidList, reaches } from '../../mariadb/gtid.ts';
import { bad, either, well, type CheckOf } from './finding.ts';

export const targetLogBin: CheckOf = (_input, { target }) =>
  target.facts
    ? [
        either('target-log-bin', target.name, target.facts.logBin, {
          well: `${target.name} writes a binary log`,
          bad: `${target.name} writes no binary log: nobody could follow it`,
          fix: `Write this into the configuration of ${target.name}, and restart it:`,
          commands: [advice.configured('log_bin', 'bin')],
        }),
      ]
    : [];

export const targetLogSlaveUpdates: CheckOf = (_input, { target }) =>
  target.facts?.logBin
    ? [
        either('target-log-slave-updates', target.name, target.facts.logSlaveUpdates, {
          well: `${target.name} logs what it replicates`,
          bad: `${target.name} does not log what it replicates: a replica that is behind could not follow it (1236)`,
          fix: `Write this into the configuration of ${target.name}, and restart it:`,
          commands: [advice.configured('log_slave_updates', 1)],
        }),
      ]
    : [];

export const gtidStrictMode: CheckOf = (input) =>
  input.servers
    .filter((server) => server.facts && !server.facts.gtidStrictMode)
    .map(({ name }) =>
      bad(
        'gtid-strict-mode',
        name,
        `gtid_strict_mode is off on ${name}: transactions of its own would go unnoticed`,
        `Run on ${name}, and keep it in its configuration:`,
        [...advice.strictMode, advice.configured('gtid_strict_mode', 1)],
      ),
    );

/** A replica that stands before the oldest log of the new primary can't follow it. */
export const binlogCoversReplica: CheckOf = (_input, { target, others, kind }) => {
  const from = target.preflight?.binlogFrom;
  if (kind === 'detach' || others.length === 0) return [];
  if (!from) {
    return [
      bad(
        'binlog-covers-replica',
        target.name,
        `Where the oldest binary log of ${target.name} begins is not known`,
        'Let every replica catch up first, and give the operating account BINLOG MONITOR.',
      ),
    ];
  }
  const left = others.filter((server) => server.preflight && !reaches(server.preflight.current, from));
  if (left.length === 0) {
    return [
      well(
        'binlog-covers-replica',
        target.name,
        `The binary logs of ${target.name} reach back far enough for every replica`,
      ),
    ];
  }
  return left.map(({ name }) =>
    bad(
      'binlog-covers-replica',
      name,
      `${name} stands before ${formatGtidList(from)}, where the binary logs of ${target.name} begin: it would be left behind`,
      `Let ${name} catch up first; where it can't, it has to be built anew afterwards.`,
    ),
  );
};

import { advice } from '../../mariadb/advice.ts';
import { bad, well, type CheckOf, type Finding } from './finding.ts';

const GIB = 1024 ** 3;
/** A binary log is closed at max_binlog_size, 1 GiB unless set: a new primary has to have room for one. */
const NEEDED_BYTES = GIB;
/** Below both it is worth a word: time enough to act, at the rate at which most servers grow. */
const LOW_BYTES = 20 * GIB;
const LOW_SHARE = 0.1;

/** Room for what the new primary writes: a full disk stops every commit. Only where an agent tells it. */
export const diskSpace: CheckOf = (_input, { target }) => {
  const { disk } = target.snapshot.agent;
  const findings: Finding[] = [];
  if (disk?.data) {
    const { freeBytes, totalBytes } = disk.data;
    const text = `The data directory of ${target.name} has ${bytesText(freeBytes)} of ${bytesText(totalBytes)} free`;
    if (freeBytes < NEEDED_BYTES)
      findings.push(
        bad(
          'disk-space',
          target.name,
          `${text}: not room for one binary log`,
          'Make room, or promote another replica: a full disk stops every commit.',
        ),
      );
    else if (freeBytes < LOW_BYTES && freeBytes < totalBytes * LOW_SHARE)
      findings.push(bad('disk-space-low', target.name, text, 'Make room soon: as a primary it writes more.'));
    else findings.push(well('disk-space', target.name, text));
  }
  const backups = disk?.backups ?? null;
  if (backups && backups.freeBytes < backups.newestDumpBytes) {
    findings.push(
      bad(
        'disk-space-low',
        target.name,
        `The backup folder of ${target.name} has ${bytesText(backups.freeBytes)} free; its newest dump took ${bytesText(backups.newestDumpBytes)}`,
        'Make room, or the next dump fails.',
      ),
    );
  }
  return findings;
};

function bytesText(bytes: number): string {
  return bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GiB` : `${Math.round(bytes / 1024 ** 2)} MiB`;
}

/** What a restart would make of each server, where its agent can read its configuration. */
export const readOnlyConfigured: CheckOf = (input, { target, oldPrimary, kind }) => {
  const told = input.servers.filter(
    ({ snapshot }) =>
      ['primary', 'replica'].includes(snapshot.role) &&
      snapshot.agent.state === 'up' &&
      typeof snapshot.agent.readOnlyNext === 'boolean',
  );
  if (told.length === 0) return [];
  const wrong = told.filter(({ snapshot }) => snapshot.agent.readOnlyNext !== (snapshot.role === 'replica'));
  if (wrong.length === 0)
    return [well('read-only-configured', null, 'Every server would come back from a restart in its role')];
  return wrong.map((server) => {
    const { name, snapshot } = server;
    const isReplica = snapshot.role === 'replica';
    const written = server === target || (server === oldPrimary && kind !== 'detach');
    return bad(
      'read-only-configured',
      name,
      isReplica
        ? `The configuration of ${name} says read_only=0: it would come back from a restart as a replica that takes writes`
        : `The configuration of ${name} says read_only=1: it would come back from a restart as a primary that takes none`,
      written
        ? 'The takeover writes it anew for the role it then has. Until then, in its configuration:'
        : `Write this into the configuration of ${name}:`,
      [advice.configured('read_only', isReplica ? 1 : 0)],
    );
  });
};

import type { BackupFailure } from '../../contract/dumps.ts';
import { duration, type Evidence, type Finding } from './finding.ts';

/** A dump a day, and two hours for it to be made in. */
const oldAfterSeconds = 26 * 3600;

const scheduled = ({ view }: Evidence): boolean => view.servers.some((one) => one.agent?.dumpsScheduled);

/** A schedule has brought nothing yet. Not told while an agent that may have a dump can't be asked. */
export function dumpMissing(evidence: Evidence): Finding[] {
  const { snapshot } = evidence;
  // An agent that can't be asked may well have one.
  const asked = snapshot.servers.every((server) => server.agent.state !== 'unreachable');
  if (!scheduled(evidence) || snapshot.newestDump || !asked) return [];
  return [
    {
      code: 'dump-missing',
      level: 'caution',
      server: null,
      text: `There is no dump of ${snapshot.name} yet.`,
      fix: 'Take one now.',
    },
  ];
}

/** A schedule has stopped bringing dumps, though none was seen to fail. */
export function dumpOld(evidence: Evidence): Finding[] {
  const { snapshot } = evidence;
  if (!scheduled(evidence) || !snapshot.newestDump) return [];
  const age = (Date.parse(snapshot.observedAt) - Date.parse(snapshot.newestDump.endedAt)) / 1000;
  if (age <= oldAfterSeconds) return [];
  return [
    {
      code: 'dump-old',
      level: 'caution',
      server: snapshot.newestDump.server,
      text: `The newest dump of ${snapshot.name} is ${duration(age)} old.`,
      fix: 'Take one now.',
    },
  ];
}

const failedWords: Record<BackupFailure['work'], string> = {
  dump: 'The last dump on',
  mariabackup: 'The last physical backup on',
  verify: 'Verifying the dumps of',
};

/** What failed last, for each server and kind, and has not succeeded since. */
export function dumpFailed({ view }: Evidence): Finding[] {
  return view.servers.flatMap(({ server, agent }) => {
    const texts = (agent?.dumpFailures ?? []).map(({ work, at, text }) => {
      const ago = duration((view.now - Date.parse(at)) / 1000);
      return `${failedWords[work]} ${server.name} failed ${ago} ago: ${text}`;
    });
    if (texts.length === 0) return [];
    return [
      { code: 'dump-failed', level: 'serious', server: server.name, text: texts.join('. '), fix: 'Take one now.' },
    ];
  });
}

/** A dump that could not be restored when it was tried: there is no backup, though it looks as if there were one. */
export function dumpBad({ view }: Evidence): Finding[] {
  return view.servers.flatMap(({ server, agent }) => {
    const [newest] = agent?.badDumps ?? [];
    if (newest === undefined) return [];
    const ago = duration((view.now - Date.parse(newest.at)) / 1000);
    const text = `A dump of ${server.name} could not be restored when it was tried ${ago} ago: ${newest.name}: ${newest.text}`;
    return [{ code: 'dump-bad', level: 'serious', server: server.name, text, fix: 'Take one now, and verify it.' }];
  });
}

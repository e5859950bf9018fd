import type { DataDirectory } from '../contract/reseed.ts';
import { isAbsolute, relative, resolve } from 'node:path';
import type { DataFiles } from '../mariadb/data-files.ts';

type Obstacle = DataDirectory['obstacles'][number];

/** What is known of a data directory and of the agent that may exchange it. Plain data. */
export interface Place {
  readonly path: string;
  readonly files: DataFiles;
  readonly isLink: boolean;
  readonly isMountPoint: boolean;
  /** User ids; what root may is its own. */
  readonly owner: number;
  readonly agent: number;
  readonly parentWritable: boolean;
  readonly hasControl: boolean;
  readonly hasPersistFile: boolean;
}

/** Why this data directory can't be exchanged for a copy: all reasons, each with what to do; [] where it can. */
export function obstaclesOf(place: Place): Obstacle[] {
  const { path, files } = place;
  const binaryLogs = files.binaryLogs === '' || isWithin(path, files.binaryLogs);
  const elsewhere = Object.entries(files.innodb).filter(
    ([, directory]) => directory !== '' && !isWithin(path, directory),
  );
  return [
    ...when(
      !place.hasControl,
      'its agent may not stop and start it',
      'Set agent.server.control in the agent’s configuration.',
    ),
    ...when(
      !place.hasPersistFile,
      'its agent has no file to keep read_only in, so it could start writable',
      'Set agent.server.persistFile, and include that file in the options of the server.',
    ),
    ...when(place.isLink, `its data directory ${path} is a symbolic link`, 'Name the directory itself in its options.'),
    ...when(
      place.isMountPoint,
      `its data directory ${path} is a mount point, which can't be renamed`,
      'Move the data into a folder below it.',
    ),
    ...when(
      !place.parentWritable,
      `its agent may not write beside ${path}, where the copy is made`,
      'Give the agent’s user that folder.',
    ),
    ...when(
      place.agent !== 0 && place.owner !== place.agent,
      `its data belong to user ${place.owner}, and its agent runs as ${place.agent}`,
      'Run the agent as the user of the database.',
    ),
    ...when(
      !binaryLogs,
      `its binary logs (${files.binaryLogs}) lie outside ${path}, and would stay with the copy`,
      'Set log_bin to a name in the data directory.',
    ),
    ...elsewhere.map(([variable, directory]) => ({
      text: `its ${variable} (${directory}) lies outside ${path}`,
      fix: `Leave ${variable} at its default.`,
    })),
  ];
}

function when(holds: boolean, text: string, fix: string): Obstacle[] {
  return holds ? [{ text, fix }] : [];
}

function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, resolve(directory, path));
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}

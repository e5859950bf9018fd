import { askLocalServer } from '../mariadb/local-server.ts';
import { tablesOfEngines, type EngineTables } from '../mariadb/table-counts.ts';
import type { PhysicalSource } from './physical-stream.ts';

const lookTimeoutMs = 60_000;
/** mariadb-backup takes files by the endings of their names (ext_list in backup_copy.cc), and theirs are none of those. */
const neverHeld = ['CONNECT', 'COLUMNSTORE', 'TokuDB'];
/**
 * Held since MDEV-34425 by a look for *.mrn* at the top of the data directory, one X.mrn and its parts a database: in an earlier
 * version, and with mroonga_database_path_prefix (measured on 10.11.18), they are left behind without a word.
 */
const mroonga = 'Mroonga';
const mroongaFile = /[^/\s]+\.mrn(?=\s)/g;

/** Whether a physical copy holds the rows of every table: a tool that leaves some behind ends well all the same. */
export interface EnginesHeld {
  /** Is to be told what the tool says of its files. */
  onLog(text: string): void;
  /** Throws where rows were left behind. To be asked when the tool has ended well. */
  mustBeWhole(): void;
}

/**
 * Looks which engines have tables on the server. Rejects where one of them keeps rows that no physical copy holds; a server that
 * does not answer fails with its own reason later.
 */
export async function enginesHeld(source: Pick<PhysicalSource, 'socket' | 'defaultsFile'>): Promise<EnginesHeld> {
  const found = await askLocalServer(source, lookTimeoutMs, async (asked) =>
    tablesOfEngines(asked, [...neverHeld, mroonga], lookTimeoutMs),
  ).catch((): EngineTables[] => []);
  const lost = found.find(({ engine }) => engine !== mroonga);
  if (lost) throw leftBehind(lost);
  const own = found.find(({ engine }) => engine === mroonga);
  const seen = new Set<string>();
  let rest = '';
  return {
    onLog(text) {
      if (!own) return;
      const lines = (rest + text).split(/(?<=\n)/);
      rest = lines.at(-1)?.endsWith('\n') ? '' : (lines.pop() ?? '');
      for (const [file] of lines.join('').matchAll(mroongaFile)) seen.add(file);
    },
    mustBeWhole() {
      if (own && seen.size < own.databases) throw leftBehind(own);
    },
  };
}

function leftBehind({ engine, tables }: EngineTables): Error {
  const these = tables === 1 ? 'a table' : `${tables} tables`;
  return new Error(`this server has ${these} of ${engine}, whose rows mariadb-backup leaves behind: take dumps of it`);
}

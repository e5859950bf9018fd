import { accessSync, constants, statSync } from 'node:fs';
import { longestSocketPath } from '../contract/listen-address.ts';
import type { FileField } from './file-fields.ts';
import type { Finding } from './problem.ts';

/**
 * Looks at the file a field names: what makes it unusable is an error; a secret that everyone on the host can read is
 * a warning, since containers mount secrets that way. Its content is not read.
 */
export function checkFile({ path, kind, value }: FileField): { errors: Finding[]; warnings: Finding[] } {
  const found = (message: string): Finding[] => [{ path, at: 'value', message }];
  if (kind === 'socket') return { errors: tooLong(value).flatMap(found), warnings: [] };
  if (kind === 'listen')
    return { errors: value.startsWith('unix:') ? tooLong(value.slice(5)).flatMap(found) : [], warnings: [] };
  if (kind === 'program') return { errors: [], warnings: programWarnings(value).flatMap(found) };
  if (kind !== 'secret' && kind !== 'certificate') return { errors: [], warnings: [] };
  try {
    const stat = statSync(value);
    if (stat.isDirectory()) return { errors: found(`expected a file, found the folder ${value}`), warnings: [] };
    accessSync(value, constants.R_OK);
    if (stat.isFile() && stat.size === 0) return { errors: found(`the file ${value} is empty`), warnings: [] };
    const open = kind === 'secret' && (stat.mode & 0o004) !== 0;
    return { errors: [], warnings: open ? found(`everyone on this host can read ${value}; run chmod o-r on it`) : [] };
  } catch (error) {
    return { errors: found(`the file ${value} ${whyNot(error)}`), warnings: [] };
  }
}

function tooLong(path: string): string[] {
  const bytes = Buffer.byteLength(path);
  if (bytes <= longestSocketPath) return [];
  return [`the path of a socket has at most ${longestSocketPath} bytes, this one has ${bytes}: ${path}`];
}

/** A console without one of its hooks still shows what is; it is the takeover that is refused. */
function programWarnings(file: string): string[] {
  const refused = 'takeovers are refused until it can be run';
  try {
    if (!statSync(file).isFile()) return [`the program ${file} is no file: ${refused}`];
    accessSync(file, constants.X_OK);
    return [];
  } catch (error) {
    const why = whyNot(error).replace('read', 'executed');
    return [`the program ${file} ${why}: ${refused}`];
  }
}

/** "does not exist", "may not be read by this user" … */
export function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  if (code === 'EISDIR') return 'is a folder';
  return `cannot be read (${code})`;
}

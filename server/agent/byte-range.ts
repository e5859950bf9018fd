/** What part of a file was asked for; both ends are included. */
export type ByteRange = { kind: 'whole' } | { kind: 'part'; first: number; last: number } | { kind: 'unsatisfiable' };

/**
 * Reads a Range header for a file of that many bytes (RFC 9110, 14). What is no byte range, and a list of several, gets
 * the whole file, as the RFC allows.
 */
export function parseByteRange(header: string | undefined, bytes: number): ByteRange {
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? '');
  if (!match) return { kind: 'whole' };
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return { kind: 'whole' };
  if (from === '') {
    const length = Math.min(Number(to), bytes);
    return length === 0 ? { kind: 'unsatisfiable' } : { kind: 'part', first: bytes - length, last: bytes - 1 };
  }
  const first = Number(from);
  const last = to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (to !== '' && Number(to) < first) return { kind: 'whole' };
  return first >= bytes ? { kind: 'unsatisfiable' } : { kind: 'part', first, last };
}

/** The validators of a file: a strong entity tag and the second it was made in. */
export interface Validators {
  readonly etag: string;
  readonly lastModified: Date;
}

/** True when a Range goes with the file as it is: no If-Range, or one that names exactly this file. */
export function rangeApplies(ifRange: string | undefined, file: Validators): boolean {
  if (ifRange === undefined) return true;
  return ifRange.startsWith('"') ? ifRange === file.etag : ifRange === file.lastModified.toUTCString();
}

/** True when the asker has this very file already: If-None-Match, else If-Modified-Since. */
export function notModified(
  headers: { readonly ifNoneMatch: string | undefined; readonly ifModifiedSince: string | undefined },
  file: Validators,
): boolean {
  if (headers.ifNoneMatch !== undefined) {
    const tags = headers.ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    return tags.includes(file.etag) || tags.includes('*');
  }
  const since = Date.parse(headers.ifModifiedSince ?? '');
  return Number.isFinite(since) && Math.floor(file.lastModified.getTime() / 1000) * 1000 <= since;
}

import type { TakeoverScope } from '../../server/contract/access.ts';

/** Where a signed-in visitor goes: the page that was asked for, if it is one of this console's own; else the front page. */
export function placeAfterSignIn(next: unknown): string {
  // A browser takes "//host" and "/\host" for another site, and drops tabs and line ends before it looks.
  if (typeof next !== 'string' || !/^\/(?!\/)[^\\\p{Cc}]*$/u.test(next)) return '/';
  return next === '/sign-in' || next.startsWith('/sign-in?') || next.startsWith('/api/') ? '/' : next;
}

/** The takeover that a page of this console reviews, by its path; null for every other page. */
export function takeoverOfPath(path: string): TakeoverScope | null {
  const [, cluster, server] = /^\/clusters\/([^/?#]+)\/takeover\/([^/?#]+)/.exec(path) ?? [];
  if (cluster === undefined || server === undefined) return null;
  try {
    return { cluster: decodeURIComponent(cluster), server: decodeURIComponent(server) };
  } catch {
    return null;
  }
}

import type { IncomingHttpHeaders } from 'node:http';

/**
 * What Next may see of a browser's request. A list of what passes, not of what is taken off: Cookie, Authorization, any
 * x-baton-* and any policy from outside stay here.
 */
const passed = [
  'host',
  'accept',
  'accept-language',
  'user-agent',
  'rsc',
  'next-router-state-tree',
  'next-router-prefetch',
  'next-router-segment-prefetch',
  'next-url',
] as const;

/** The headers of a page request as Next gets them. The policy tells it the nonce for its own scripts. */
export function pageRequestHeaders(
  headers: IncomingHttpHeaders,
  { ticket, policy }: { ticket: string | null; policy: string },
): Record<string, string> {
  const kept = passed.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return {
    ...Object.fromEntries(kept),
    'accept-encoding': 'identity',
    'content-security-policy': policy,
    ...(ticket === null ? {} : { 'x-baton-ticket': ticket }),
  };
}

/** Is this Next's own fetch of a page's data rather than a navigation? It can't follow a redirect to a sign-in page. */
export function isDataRequest(headers: IncomingHttpHeaders): boolean {
  return headers['rsc'] !== undefined;
}

/** Where a visitor who is not signed in is sent; they come back to `url` afterwards. */
export function signInAddress(url: string): string {
  return url === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(url)}`;
}

/**
 * Where a session that is for one takeover is led: to the review of its server, from every page but that one and those of
 * operations; null where it may stay.
 */
export function placeForTakeover(scope: { cluster: string; server: string } | null, path: string): string | null {
  if (scope === null || path === '/sign-in' || path.startsWith('/operations/')) return null;
  const own = `/clusters/${encodeURIComponent(scope.cluster)}/takeover/${encodeURIComponent(scope.server)}`;
  return path === own ? null : own;
}

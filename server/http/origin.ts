import { hostAllowed } from './hosts.ts';

export interface OriginHeaders {
  secFetchSite: string | undefined;
  origin: string | undefined;
}

/**
 * Why a request that changes something is refused as coming from another site; null when it may pass. Browsers say where a
 * request comes from with Sec-Fetch-Site (not over plain http to another machine) or Origin; one that says neither is
 * refused too. Only what browsers add by themselves needs this: a Bearer token is not asked.
 */
export function originRefusal(
  { secFetchSite, origin }: OriginHeaders,
  hosts: ReadonlySet<string>,
  protocol: string,
): string | null {
  if (secFetchSite !== undefined) {
    return secFetchSite === 'same-origin'
      ? null
      : `The request comes from another site (Sec-Fetch-Site: ${secFetchSite}).`;
  }
  if (origin === undefined) return 'The request does not say which page it comes from (no Origin).';
  const from = URL.canParse(origin) ? new URL(origin) : null;
  // With https, a page that came over plain http may be anybody's on the way.
  return from?.protocol === protocol && hostAllowed(from.host, hosts, protocol)
    ? null
    : `The request comes from another site (Origin: ${origin}).`;
}

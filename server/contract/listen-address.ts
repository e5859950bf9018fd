/** Where the console or an agent listens: an address with a port, or a socket in the file system. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** sockaddr_un takes 108 bytes with the NUL at their end (unix(7)); a longer path is refused, or cut off unseen. */
export const longestSocketPath = 107;

/** Reads "host:port", "[ipv6]:port" or "unix:/path", as the configuration's schema has checked it. */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith('unix:')) return { kind: 'unix', path: text.slice('unix:'.length) };
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { kind: 'tcp', host, port: Number(text.slice(colon + 1)) };
}

/** The base URL of what listens there, on the port that the system gave; a socket in the file system is unix:/path. */
export function baseUrl(address: ListenAddress, port: number, tls: boolean): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return `${tls ? 'https' : 'http'}://${addressText({ host: address.host, port })}`;
}

/** host:port, with brackets where the host is an IPv6 literal. */
export function addressText(address: { host: string; port: number }): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/**
 * The Host values a console answers to: the one of its own address and those the configuration adds. Anything else is
 * refused, since a page of another site that makes its name point here (DNS rebinding) sends its own name.
 */
export function allowedHosts(url: string, further: readonly string[]): ReadonlySet<string> {
  const own = new URL(url);
  return new Set([own.host, ...further].map((host) => withoutDefaultPort(host, own.protocol)));
}

/** Is this Host header one of them? An absent one never is. */
export function hostAllowed(host: string | undefined, hosts: ReadonlySet<string>, protocol: string): boolean {
  return host !== undefined && hosts.has(withoutDefaultPort(host, protocol));
}

/** "Console.Example.com:443" of an https console is "console.example.com", as browsers send it. */
function withoutDefaultPort(host: string, protocol: string): string {
  const port = protocol === 'https:' ? ':443' : ':80';
  const lower = host.toLowerCase();
  return lower.endsWith(port) ? lower.slice(0, -port.length) : lower;
}

import { BatonError } from '../contract/errors.ts';
import { isPrivate } from '../tls/is-private.ts';

/** The address that a parameter names. Throws BatonError('invalid') where it is none that a copy may come from. */
export function bootstrapUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new BatonError('invalid', 'bootstrap-url is no address: https://host:port/path, IPv6 in brackets.');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new BatonError('invalid', `bootstrap-url begins with ${url.protocol}, and not with https: or http:.`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (url.protocol === 'http:' && !isPrivate({ kind: 'tcp', host, port: 0 })) {
    throw new BatonError(
      'refused',
      `bootstrap-url is plain HTTP to ${host}, which is no loopback or private address: a copy holds every password hash.`,
      'Use https, or the private address itself.',
    );
  }
  if (url.username === '' && url.password === '') return url;
  throw new BatonError('invalid', 'bootstrap-url holds a user or a password.', 'Use replication-bootstrap-token.');
}

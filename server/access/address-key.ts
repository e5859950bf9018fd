/**
 * What counts as one address when attempts are counted: an IPv4 address, or the /64 of an IPv6 address (one host has a
 * whole /64 to choose from). "::ffff:192.0.2.1" is 192.0.2.1. Anything else ("cli", a socket) stands for itself.
 */
export function addressKey(from: string): string {
  const address = from.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const four = [...before, ...zeros, ...after].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${four.join(':')}::/64`;
}

function groups(part: string): string[] {
  return part === '' ? [] : part.split(':');
}

import { BlockList, isIP } from 'node:net';
import type { ListenAddress } from '../contract/listen-address.ts';

/** Loopback, RFC 1918, link-local, and IPv6's unique local addresses: nobody out on the Internet can be listening. */
const privateAddresses = new BlockList();
privateAddresses.addSubnet('127.0.0.0', 8, 'ipv4');
privateAddresses.addSubnet('10.0.0.0', 8, 'ipv4');
privateAddresses.addSubnet('172.16.0.0', 12, 'ipv4');
privateAddresses.addSubnet('192.168.0.0', 16, 'ipv4');
privateAddresses.addSubnet('169.254.0.0', 16, 'ipv4');
privateAddresses.addAddress('::1', 'ipv6');
privateAddresses.addSubnet('fc00::', 7, 'ipv6');
privateAddresses.addSubnet('fe80::', 10, 'ipv6');

/**
 * True when what is sent to the address does not leave the machine or the private network. A name other than localhost is
 * not: it may mean another address tomorrow.
 */
export function isPrivate(address: ListenAddress): boolean {
  if (address.kind === 'unix' || address.host === 'localhost') return true;
  const family = isIP(address.host);
  return family !== 0 && privateAddresses.check(address.host, family === 6 ? 'ipv6' : 'ipv4');
}

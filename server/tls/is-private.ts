import { BlockList, isIP } from 'node:net';
import type { ListenAddress } from '../contract/listen-address.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

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

/** Where plain HTTP may be spoken: loopback and sockets in any case, private addresses where it was asked for. */
export function plainHttpProblem(address: ListenAddress, asked: boolean): string | null {
  if (!isPrivate(address)) return 'without tls only a loopback or private address may be listened on';
  if (asked || isLoopback(address)) return null;
  return 'without tls a private address is listened on only with plainHttp: true';
}

/** True when what is sent to the address does not leave the machine. */
export function isLoopback(address: ListenAddress): boolean {
  if (address.kind === 'unix' || address.host === 'localhost') return true;
  const family = isIP(address.host);
  return family !== 0 && loopback.check(address.host, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * True when what is sent to the address does not leave the machine or the private network. A name other than localhost is
 * not: it may mean another address tomorrow.
 */
export function isPrivate(address: ListenAddress): boolean {
  if (address.kind === 'unix' || address.host === 'localhost') return true;
  const family = isIP(address.host);
  return family !== 0 && privateAddresses.check(address.host, family === 6 ? 'ipv6' : 'ipv4');
}

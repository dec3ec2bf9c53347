import { BlockList, isIP } from 'node:net';

/** This machine and what hangs on the same wire, in IPv4 and IPv6; IPv4 addresses written as IPv6 are found, too. */
const LOCAL = new BlockList();
LOCAL.addSubnet('0.0.0.0', 8);
LOCAL.addSubnet('127.0.0.0', 8);
LOCAL.addSubnet('169.254.0.0', 16);
LOCAL.addAddress('::', 'ipv6');
LOCAL.addAddress('::1', 'ipv6');
LOCAL.addSubnet('fe80::', 10, 'ipv6');

/** Whether a URL's host is this machine itself: 127.0.0.0/8, [::1] or localhost. A name that only resolves to it is not. */
export function isLoopback({ hostname }: URL): boolean {
  return /^127\.\d+\.\d+\.\d+$/.test(hostname) || hostname === '[::1]' || hostname === 'localhost';
}

/**
 * Whether `to` is this machine or link-local, as the addresses that clouds hand out credentials at are, while `from` is not: nobody out
 * there has anything to lead to here. A private address is none of these: a registry of one's own may have its storage there, with TLS.
 */
export function leadsInside(from: URL, to: URL): boolean {
  return isLocal(to) && !isLocal(from);
}

function isLocal({ hostname }: URL): boolean {
  const name = hostname.replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  const address = name.replace(/^\[|\]$/g, '');
  const version = isIP(address);
  return version !== 0 && LOCAL.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

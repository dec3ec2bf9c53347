import type { Workspace } from '../host/workspace.ts';

/** Bits of the prefix of a sandbox's subnet. */
export const PREFIX = 27;

export type Subnet = Workspace['subnet'];

/** The host's own address in the subnet: what the node sees as its gateway, and where the registry listens. */
export function gatewayOf({ net, base }: Subnet): string {
  return `${net}.${base + 1}`;
}

export function cidrOf({ net, base }: Subnet): string {
  return `${net}.${base}/${PREFIX}`;
}

/**
 * Yields the public IPs of a subnet for ever, each another than the one before: every host address but the gateway,
 * in order, then from the start. Neither the network's address nor the broadcast address is one.
 */
export function* publicIps({ net, base }: Subnet): Generator<string, never> {
  const size = 2 ** (32 - PREFIX);
  for (;;) for (let host = base + 2; host < base + size - 1; host++) yield `${net}.${host}`;
}

/** Whether two IPv4 ranges ("a.b.c.d/n"; a bare address is a /32) have an address in common. */
export function overlaps(a: string, b: string): boolean {
  const [left, right] = [parse(a), parse(b)];
  const shift = 32 - Math.min(left.bits, right.bits);
  return Math.floor(left.address / 2 ** shift) === Math.floor(right.address / 2 ** shift);
}

function parse(cidr: string): { address: number; bits: number } {
  const [address = '', bits = '32'] = cidr.split('/');
  return { address: address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0), bits: Number(bits) };
}

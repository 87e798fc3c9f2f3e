import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** RFC 1918, 3927, 4193 and 4291: what no router of the internet passes on. */
const local = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const)
  // prettier-ignore
  local.addSubnet(network, prefix);
local.addSubnet('fc00::', 7, 'ipv6');
local.addSubnet('fe80::', 10, 'ipv6');

/** Whether a host, as `URL.hostname` has it, is this machine by its very name: nothing leaves it. */
export function isLoopback(host: string): boolean {
  const name = plain(host);
  return name === '' || name === 'localhost' || name.endsWith('.localhost') || isIn(loopback, name);
}

/** Whether a host is on this machine or in a network of one's own, as far as its name can tell. */
export function isPrivate(host: string): boolean {
  const name = plain(host);
  if (isLoopback(name)) return true;
  // A name without a dot is one of the local network, or of a service beside this one; the others are by convention.
  return isIP(name) === 0 ? !name.includes('.') || /\.(internal|local|lan|home\.arpa)$/.test(name) : isIn(local, name);
}

const isIn = (list: BlockList, name: string) =>
  isIP(name) !== 0 && list.check(name, isIP(name) === 6 ? 'ipv6' : 'ipv4');

/** In lower case, without the brackets of an IPv6 address. */
const plain = (host: string) => host.toLowerCase().replace(/^\[|\]$/g, '');

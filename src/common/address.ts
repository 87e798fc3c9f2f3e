import ipaddr from 'ipaddr.js';

/** What an address is counted by. Only `addressKey` makes one, so nothing is counted by a raw address. */
export interface AddressKey {
  /** An IPv4 address, or the /64 of an IPv6 one: a line of one customer has at least that many. */
  readonly network: string;
  /** The /48 of an IPv6 address, which may be one customer's too; null for IPv4. */
  readonly site: string | null;
}

/** The address of a client, as the proxies that are trusted tell it; null when there is none. */
export function addressOf(request: { ip?: string }): string | null {
  // The only place that reads `ip` (a lint rule sees to it).
  return request.ip === undefined ? null : (parse(request.ip)?.toString() ?? null);
}

/** The key of an address. Those that cannot be read share one. */
export function addressKey(address: string | null): AddressKey {
  const parsed = address === null ? null : parse(address);
  if (!parsed) return { network: 'unknown', site: null };
  if (parsed instanceof ipaddr.IPv4) return { network: parsed.toString(), site: null };
  return { network: prefixOf(parsed, 64), site: prefixOf(parsed, 48) };
}

/** A server that listens on `::` sees IPv4 addresses within IPv6 ones: they are unwrapped. The zone is left out. */
function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const [bare = ''] = address.split('%', 1);
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : null;
}

function prefixOf(address: ipaddr.IPv6, bits: number): string {
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${bits}`).toString()}/${bits}`;
}

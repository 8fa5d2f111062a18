import { lookup as systemLookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/**
 * Restricts where notifications may go. Anyone who may write channels chooses targets, and the
 * server may reach the operator's other machines, so by default only public addresses are allowed,
 * by https. The check is on the address connected to: a name is looked up once, every address is
 * checked, and the connection uses one of those, so a name that resolves differently the next time
 * gains nothing.
 */
export interface Guard {
  /** Throws TargetRefused for a URL that may not be called, whatever its name resolves to. */
  check(url: URL): void;
  /**
   * Looks up a host for a connection; fails with TargetRefused when any of its addresses is not
   * allowed.
   */
  lookup: LookupFunction;
}

/** `true` allows all; else hosts, addresses and networks (CIDR) allowed besides public ones. */
export type Allowed = true | readonly string[];

/** The target is not allowed. The message says why, without revealing what was found there. */
export class TargetRefused extends Error {
  override name = "TargetRefused";
}

/**
 * Everything that is not public internet, by IANA's special-purpose registries; ranges that embed
 * IPv4 addresses are refused as a whole.
 */
const CLOSED: readonly [network: string, prefix: number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["::", 3],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["4000::", 2],
  ["8000::", 1],
];

export function createGuard(allowed: Allowed, lookup: typeof systemLookup = systemLookup): Guard {
  const closed = blockList(CLOSED);
  const names = new Set<string>();
  const networks: [string, number][] = [];
  for (const entry of allowed === true ? [] : allowed) {
    const [address = "", prefix] = entry.split("/", 2);
    const family = isIP(address);
    if (family === 0) names.add(entry.toLowerCase());
    else networks.push([address, prefix === undefined ? (family === 6 ? 128 : 32) : Number(prefix)]);
  }
  const open = blockList(networks);

  const mayReach = (host: string, address: string): boolean => {
    if (allowed === true || names.has(host)) return true;
    return open.check(address) || (isIP(address) !== 0 && !closed.check(address));
  };

  return {
    check(url) {
      const host = hostOf(url);
      if (url.protocol !== "https:" && url.protocol !== "http:")
        throw new TargetRefused(`${url.protocol} is not sent to`);
      if (isIP(host) !== 0 && !mayReach(host, host)) throw new TargetRefused("the address is not a public one");
      const trusted = allowed === true || names.has(host) || (isIP(host) !== 0 && open.check(host));
      if (url.protocol === "http:" && !trusted) throw new TargetRefused("only https:// is sent to");
    },
    lookup(hostname, options, callback) {
      lookup(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, "");
        const [first] = addresses;
        const host = hostname.toLowerCase().replace(/\.$/, "");
        if (!first || addresses.some(({ address }) => !mayReach(host, address)))
          return callback(new TargetRefused("the name leads to an address that is not a public one"), "");
        if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      });
    },
  };
}

/** The host as used for connecting: IPv6 without brackets, a name without trailing dot. */
const hostOf = (url: URL): string =>
  url.hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();

interface Networks {
  check(address: string): boolean;
}

/** One list per family: in a common list, `::/3` would match an IPv4 address by its IPv6 form. */
function blockList(networks: readonly (readonly [string, number])[]): Networks {
  const lists = { 4: new BlockList(), 6: new BlockList() };
  for (const [network, prefix] of networks) {
    if (isIP(network) === 6) lists[6].addSubnet(network, prefix, "ipv6");
    else lists[4].addSubnet(network, prefix, "ipv4");
  }
  return {
    check: (address) => (isIP(address) === 6 ? lists[6].check(address, "ipv6") : lists[4].check(address, "ipv4")),
  };
}

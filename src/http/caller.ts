import ipaddr from 'ipaddr.js';

const BITS_OF_A_CUSTOMER = 64;
const BITS_OF_A_SITE = 48;

/** What all addresses of a site may do together, in times of what one of them may. */
export const TIMES_OF_A_SITE = 4;

/**
 * Whom a limit by address is kept for: an IPv4 address; of IPv6 the network of 64 bits, since a single customer is given at
 * least that many addresses to use as they please (RFC 6177, section 2).
 */
export function callerOf(address: string): string {
  return networkOf(address, BITS_OF_A_CUSTOMER);
}

/**
 * The largest network that a single household or firm is given (RFC 6177, section 2): 65,536 callers of IPv6, which one
 * stranger can all be. Of IPv4 the address itself, since no stranger is given more of them for nothing.
 */
export function siteOf(address: string): string {
  return networkOf(address, BITS_OF_A_SITE);
}

function networkOf(address: string, bits: number): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  // `process` turns an IPv4 address that is written as IPv6 (::ffff:192.0.2.1) into what it is.
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.replace(/%.*/, '')}/${bits}`);
  return `${network.toString()}/${bits}`;
}

import ipaddr from 'ipaddr.js';

const BITS_OF_A_CUSTOMER = 64;

/**
 * Whom a limit by address is kept for: an IPv4 address; of IPv6 the network of 64 bits, since a single customer is given at
 * least that many addresses to use as they please (RFC 6177, section 2).
 */
export function callerOf(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  // `process` turns an IPv4 address that is written as IPv6 (::ffff:192.0.2.1) into what it is.
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.replace(/%.*/, '')}/${BITS_OF_A_CUSTOMER}`).toString()}/${BITS_OF_A_CUSTOMER}`;
}

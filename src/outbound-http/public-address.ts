import ipaddr from 'ipaddr.js';

/** Not public, beyond what ipaddr.js calls so itself (IANA special-purpose registries). */
const MORE_PRIVATE = [
  '0.0.0.0/8',
  '192.0.0.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '::/8',
  '100::/64',
  '2001::/23',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fec0::/10',
].map((range) => ipaddr.parseCIDR(range));

/** Whether a webhook may be sent to an IP address: only if it is one of the public internet. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return !MORE_PRIVATE.some(
    ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
  );
}

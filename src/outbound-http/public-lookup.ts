import { lookup as dnsLookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { type LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.js';

export class PrivateAddressError extends Error {
  constructor(host: string, address: string, who: string) {
    super(`${host} is at ${address}, which is no public address; ${who} do not go there`);
  }
}

type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Resolves a name once per connection, refuses it if any answer is private, and hands out what was checked: the socket
 * goes there, whatever the name resolves to a moment later.
 * @param who asks, as in "webhooks", for messages
 * @param resolve the system's own, but for tests
 */
export function publicLookup({
  who,
  resolve = dnsLookup,
}: {
  who: string;
  resolve?: Resolve;
}): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const inward = addresses.find(({ address }) => !isPublicAddress(address));
      if (inward) return callback(new PrivateAddressError(hostname, inward.address, who), '', 0);
      const [first] = addresses;
      if (options.all) return callback(null, addresses);
      return callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}

import { describe, expect, it } from '@jest/globals';
import ipaddr from 'ipaddr.js';
import { isPublicAddress } from './public-address.js';

describe('isPublicAddress', () => {
  it.each(['1.1.1.1', '93.184.216.34', '172.15.255.255', '172.32.0.0', '2606:4700:4700::1111', '2a00::1'])(
    'lets %s pass',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ...[
      '0.0.0.0',
      '0.255.255.255',
      '10.0.0.0',
      '10.255.255.255',
      '100.64.0.0',
      '100.127.255.255',
      '127.0.0.1',
    ],
    ...[
      '169.254.169.254',
      '172.16.0.0',
      '172.31.255.255',
      '192.0.0.1',
      '192.0.2.5',
      '192.88.99.1',
      '192.168.0.1',
    ],
    ...[
      '198.18.0.1',
      '198.19.255.255',
      '198.51.100.1',
      '203.0.113.1',
      '224.0.0.1',
      '239.255.255.255',
      '240.0.0.1',
    ],
    ...[
      '255.255.255.255',
      '::',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
      '64:ff9b::7f00:1',
      '100::1',
      '2001::1',
    ],
    ...[
      '2001:db8::1',
      '2002:7f00:1::',
      '3fff::1',
      '5f00::1',
      'fc00::1',
      'fdff::1',
      'fe80::1',
      'febf::1',
      'fec0::1',
    ],
    ...['ff00::1', 'ffff::1', 'localhost', ''],
  ])('stops %s', (address) => expect(isPublicAddress(address)).toBe(false));

  const RANGES = [
    ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
    ...[
      '192.0.0.0/24',
      '192.0.2.0/24',
      '192.88.99.0/24',
      '192.168.0.0/16',
      '198.18.0.0/15',
      '198.51.100.0/24',
    ],
    ...['203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '::/8', '100::/64', '2001::/23', '2001:db8::/32'],
    ...['2002::/16', '3fff::/20', '5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
  ];

  it.each(RANGES)('stops %s at its first, middle and last address, mapped into IPv6 too', (range) => {
    const [network, bits] = ipaddr.parseCIDR(range);
    const bytes = network.toByteArray();
    const size = BigInt(bytes.length * 8 - bits);
    const first = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const last = first + (1n << size) - 1n;
    for (const value of [first, first + (1n << (size - 1n)), last]) {
      const hex = value.toString(16).padStart(bytes.length * 2, '0');
      const address = ipaddr.fromByteArray([...Buffer.from(hex, 'hex')]);
      expect({ address: address.toString(), isPublic: isPublicAddress(address.toString()) }).toEqual({
        address: address.toString(),
        isPublic: false,
      });
      if (address.kind() === 'ipv4') {
        expect(isPublicAddress(`::ffff:${address.toString()}`)).toBe(false);
        expect(isPublicAddress(`64:ff9b::${hex.slice(0, 4)}:${hex.slice(4)}`)).toBe(false);
      }
    }
  });

  it('lets the neighbours of private ranges pass', () => {
    const neighbours = ['9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'];
    const more = ['172.15.255.255', '192.167.255.255', '192.169.0.0', '223.255.255.255', '2003::', '2400::'];
    for (const address of [...neighbours, ...more])
      expect([address, isPublicAddress(address)]).toEqual([address, true]);
  });
});

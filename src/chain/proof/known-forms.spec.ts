import { describe, expect, it } from '@jest/globals';
import { type RawFullHeader } from '../blocks/raw-block.js';
import { header } from '../rpc/answers/blocks.js';
import { headerHash } from './header-hash.js';
import { KnownForms } from './known-forms.js';

const word = (digits: string) => `0x${digits.padStart(64, '0')}`;

/** The first block of a test network of Amsterdam, and the last one before it. */
const PRAGUE = {
  number: '0xbf',
  hash: '0x2648510bb7819909b36373a3a2ccda82a51a0c8b154d03ff7710ef8d64b689e6',
  parentHash: '0x74f90ca1c71db6591cc4510eb6e831bdf7fcc7beabcdcbfaa1e7cb0788840153',
  sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
  miner: '0x8943545177806ed17b9f23f0a21ee5948ecaa776',
  stateRoot: '0xd430244510b470423f038afbfb318f1e8b458357727dd4959845e6b0182fbae8',
  transactionsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  receiptsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  logsBloom: `0x${'00'.repeat(256)}`,
  difficulty: '0x0',
  gasLimit: '0xbebc200',
  gasUsed: '0x0',
  timestamp: '0x6abd0dc7',
  extraData: '0x726574682f76322e372e302f6c696e7578',
  mixHash: '0x879d6ebf21224bb92a05f0c4d50a2823ae85c1bfda76dd171381184d6f4070c5',
  nonce: '0x0000000000000000',
  baseFeePerGas: '0x7',
  withdrawalsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  blobGasUsed: '0x0',
  excessBlobGas: '0x0',
  parentBeaconBlockRoot: '0x9bdd621d2614dc45107bc9f80a2221de691a899d7740569523c6e0cc24f4ffd6',
  requestsHash: '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
};
const AMSTERDAM = {
  ...PRAGUE,
  number: '0xc0',
  hash: '0x86e1583ca604ce5de648b44c41fb309b8dfe72ab21b57ad9f12eb0d92ac991f8',
  parentHash: PRAGUE.hash,
  stateRoot: '0x2338ab0cb5b76db31251fc2352e9142fd8b2bf19de6ac4a3c201b84d6ba737d3',
  timestamp: '0x6abd0dcb',
  mixHash: '0x27184df4d2e2182675a2310a546d32e0d74a7accd4fbeafa84a903cd489dd40c',
  parentBeaconBlockRoot: '0x1214de134cf32c261ff3c2b6f96435016e9b98bf7dcd4870ad0009a2acf79974',
  blockAccessListHash: '0x1d33a17375e8dd0aef5da65c3f51422043f1c40d52eceaaca238cc92501aa32e',
  slotNumber: '0xc0',
};

/** A header as a node of a later fork sends it: its hash takes in more. */
function withLater(
  fields: Record<string, string>,
  isHashed: { name: string; isQuantity: boolean }[],
): RawFullHeader {
  const later = header({ ...AMSTERDAM, ...fields });
  return { ...later, hash: headerHash(later, isHashed) as string };
}

describe('the form of headers', () => {
  it('is not known where a node leaves out a field that every header has', () => {
    const without = header({ ...PRAGUE, mixHash: undefined });
    expect(new KnownForms().of(without)).toEqual({ isProved: false, newer: ['without mixHash'] });
  });

  it('is known on both sides of Amsterdam', () => {
    const forms = new KnownForms();
    expect(forms.of(header(PRAGUE))).toEqual({ isProved: true, newer: [] });
    expect(forms.of(header(AMSTERDAM))).toEqual({ isProved: true, newer: [] });
  });

  it('is proved with fields of a later fork, wherever they stand behind the known ones', () => {
    const later = withLater({ baseRoot: word('77'), epoch: '0x0' }, [
      { name: 'epoch', isQuantity: true },
      { name: 'baseRoot', isQuantity: false },
    ]);
    expect(new KnownForms().of(later)).toEqual({ isProved: true, newer: ['epoch', 'baseRoot'] });
  });

  it('is that of a newer fork where a field is not known and its place cannot be found', () => {
    const newer = header({ ...AMSTERDAM, hash: word('1'), unheardOf: '0x5', more: { of: 'it' } });
    expect(new KnownForms().of(newer)).toEqual({ isProved: false, newer: ['unheardOf', 'more'] });
  });

  it('is a lie where all that stands in it is known', () => {
    const forms = new KnownForms();
    expect(forms.of(header({ ...AMSTERDAM, gasUsed: '0x1' }))).toEqual({ isProved: false, newer: [] });
    const withSize = { ...AMSTERDAM, size: '0x220', uncles: [], gasUsed: '0x1' };
    expect(forms.of(header(withSize))).toEqual({ isProved: false, newer: [] });
  });

  it('learns what a vendor adds to each header, which then excuses nothing', () => {
    const forms = new KnownForms();
    expect(forms.of(header({ ...AMSTERDAM, vendorNote: '0x1' })).isProved).toBe(true);
    const altered = header({ ...AMSTERDAM, vendorNote: '0x1', gasUsed: '0x1' });
    expect(forms.of(altered)).toEqual({ isProved: false, newer: [] });
  });

  it('takes a field that stands behind one the chain has not for one that is not known', () => {
    const { slotNumber } = AMSTERDAM;
    const read = header({ ...PRAGUE, slotNumber });
    const hash = headerHash(read, [{ name: 'slotNumber', isQuantity: true }]) as string;
    expect(new KnownForms().of({ ...read, hash })).toEqual({ isProved: true, newer: ['slotNumber'] });
  });
});

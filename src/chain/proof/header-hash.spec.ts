import { describe, expect, it } from '@jest/globals';
import { headerHash } from './header-hash.js';
import { header } from '../rpc/answers/blocks.js';

const EMPTY_TRIE = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';
const zeros = (bytes: number) => `0x${'00'.repeat(bytes)}`;

/** The first block of Ethereum's main network. */
const GENESIS = {
  number: '0x0',
  hash: '0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3',
  parentHash: zeros(32),
  sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
  miner: zeros(20),
  stateRoot: '0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544',
  transactionsRoot: EMPTY_TRIE,
  receiptsRoot: EMPTY_TRIE,
  logsBloom: zeros(256),
  difficulty: '0x400000000',
  gasLimit: '0x1388',
  gasUsed: '0x0',
  timestamp: '0x0',
  extraData: '0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa',
  mixHash: zeros(32),
  nonce: '0x0000000000000042',
};

describe('headerHash', () => {
  it('is the hash that Ethereum gave its first block', () => {
    expect(headerHash(header(GENESIS))).toBe(GENESIS.hash);
  });

  it('changes with every field', () => {
    for (const [field, value] of Object.entries(GENESIS).filter(([name]) => name !== 'hash')) {
      const last = value.endsWith('1') ? '2' : '1';
      expect(headerHash(header({ ...GENESIS, [field]: value.slice(0, -1) + last }))).not.toBe(GENESIS.hash);
    }
  });

  it('is none where fields are missing', () => {
    expect(headerHash(header({ ...GENESIS, mixHash: undefined }))).toBeNull();
  });
});

import { afterAll, expect, it } from '@jest/globals';
import { type DataSource } from 'typeorm';
import { ChainAccounts } from '../../src/chain/accounts/chain-accounts.js';
import { ChainEvidence } from '../../src/chain/accounts/chain-evidence.js';
import { type Chain } from '../../src/chain/chain.js';
import { BlockProver } from '../../src/chain/proof/block-prover.js';
import { headerHash } from '../../src/chain/proof/header-hash.js';
import { keccak256 } from '../../src/chain/proof/keccak.js';
import { encodeRlp } from '../../src/chain/proof/rlp.js';
import { readAnswer } from '../../src/chain/rpc/methods.js';
import { RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { UnprovenAnswerError } from '../../src/chain/rpc/unproven-answer.js';
import { toAddress } from '../../src/ids/ids.js';
import { NodeNonces } from '../../src/outgoing/node-nonces.js';
import { type OutgoingRepository } from '../../src/outgoing/outgoing.repository.js';
import { type ScannedChain } from '../../src/scanner/scanned-chain.js';
import { VirtualTime } from '../fuzz/virtual-time.js';
import { Wire } from '../fuzz/wire.js';
import { type Answer } from '../harness/faulty-rpc.js';

const URL = 'http://only.node';
const ADDRESS = toAddress(`0x${'22'.repeat(20)}`);
const word = (digit: string) => `0x${digit.repeat(64)}`;
const NO_METHOD: Answer = { error: { code: -32_601, message: 'the method does not exist' } };
const TROUBLE: Answer = { error: { code: -32_603, message: 'Internal error' } };

/** The only account there is: five transactions, one wei. A trie of one leaf (yellow paper, appendix D). */
const account = encodeRlp(['0x05', '0x01', word('a'), word('b')]);
const path = `0x20${keccak256(Buffer.from(ADDRESS.slice(2), 'hex')).slice(2)}`;
const leaf = encodeRlp([path, account]);
const unhashed = {
  number: '0x7',
  hash: word('0'),
  parentHash: word('1'),
  timestamp: '0x1',
  sha3Uncles: word('2'),
  miner: ADDRESS,
  stateRoot: keccak256(leaf),
  transactionsRoot: word('3'),
  receiptsRoot: word('4'),
  logsBloom: `0x${'00'.repeat(256)}`,
  difficulty: '0x0',
  gasLimit: '0x1c9c380',
  gasUsed: '0x0',
  extraData: '0x',
  mixHash: word('5'),
  nonce: '0x0000000000000000',
};
const hash = headerHash(readAnswer('eth_getBlockByHash', [word('0'), false], unhashed) as never) as string;

const wire = new Wire();
afterAll(() => wire.takeUp());

/** The next nonce of an address that has used two by our own count, when its node is asked. */
function nonces(proof: () => Answer, said: () => Answer): () => Promise<number> {
  const answers: Record<string, () => Answer> = {
    eth_chainId: () => ({ result: '0x1' }),
    eth_getBlockByHash: () => ({ result: { ...unhashed, hash } }),
    eth_getProof: proof,
    eth_getTransactionCount: said,
  };
  wire.serve(URL, { answer: ({ method }) => answers[method]?.() ?? NO_METHOD });
  const pool = new RpcPool([URL], 1);
  const evidence = new ChainEvidence(pool, new BlockProver('full'));
  const chain = { chainId: 1, accounts: new ChainAccounts(pool, evidence), evidence } as unknown as Chain;
  const scanned = { last: () => Promise.resolve({ number: 7, hash }) } as unknown as ScannedChain;
  const outgoing = { nextNonce: () => Promise.resolve(2) } as unknown as OutgoingRepository;
  const next = new NodeNonces({} as DataSource, scanned, outgoing);
  return () => next.next(chain, ADDRESS);
}

const right: Answer = { result: { accountProof: [`0x${leaf.toString('hex')}`] } };
const wrong: Answer = { result: { accountProof: ['0xc0'] } };

it('an only endpoint whose proof was wrong is not believed by its word, neither at once nor while it is left alone', () =>
  new VirtualTime().run(async () => {
    let proof: Answer = wrong;
    const time = { pass: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)) };
    const next = nonces(
      () => proof,
      () => ({ result: '0x64' }),
    );
    await expect(next()).rejects.toThrow(UnprovenAnswerError);
    for (let again = 0; again < 20; again++) {
      await time.pass(500);
      await expect(next()).rejects.toThrow();
    }
    // In trouble afterwards is what it was before: not to be believed.
    proof = TROUBLE;
    await time.pass(90_000);
    for (let again = 0; again < 5; again++) await expect(next()).rejects.toThrow();
    proof = right;
    await time.pass(90_000);
    await expect(next()).resolves.toBe(5);
  }));

it('a node that gives no proofs is believed, at once where it says so, and soon where it only fails', () =>
  new VirtualTime().run(async () => {
    const without = nonces(
      () => NO_METHOD,
      () => ({ result: '0x5' }),
    );
    await expect(without()).resolves.toBe(5);
    const failing = nonces(
      () => TROUBLE,
      () => ({ result: '0x5' }),
    );
    await expect(failing()).rejects.toThrow();
    await expect(failing()).rejects.toThrow();
    await expect(failing()).resolves.toBe(5);
  }));

import { verifyMerkleProof } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { bytes } from '../encoding.js';
import { type BlockProver } from '../proof/block-prover.js';
import { keccak256 } from '../proof/keccak.js';
import { type RawFullHeader } from '../blocks/raw-block.js';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { type Address } from '../../ids/ids.js';

/**
 * A balance in wei after a block, proved by the path from the header's `stateRoot` to the account (EIP-1186); not where the
 * header is of a newer fork, so that its root is not proved either.
 * @throws UnprovenAnswerError when the header does not make its hash, or the proof does not lead to its root
 * @throws RpcError when the node gives no proof, or the header proves none
 */
export async function provenBalance(
  prover: BlockProver,
  rpc: Rpc,
  header: RawFullHeader,
  address: Address,
): Promise<bigint> {
  if (!prover.header(header)) {
    throw new RpcError(
      'the node',
      'eth_getProof',
      `the header of ${header.hash} does not prove its state root`,
      {
        kind: 'fatal',
      },
    );
  }
  return (await provenAccount(rpc, header, address)).balance;
}

/**
 * What a header's `stateRoot` has of an account: wei, and how many transactions of it were mined.
 * @param header one that makes its hash
 * @throws UnprovenAnswerError; MethodNotFoundError, RpcError
 */
export async function provenAccount(
  rpc: Rpc,
  header: RawFullHeader,
  address: Address,
): Promise<{ nonce: number; balance: bigint }> {
  const { hash: blockHash } = header;
  const { accountProof } = await rpc.call('eth_getProof', [address, [], { blockHash }]);
  return accountProvedBy(accountProof, header, address);
}

async function accountProvedBy(
  proof: readonly string[],
  { hash, stateRoot }: RawFullHeader,
  address: Address,
): Promise<{ nonce: number; balance: bigint }> {
  const nodes = proof.map(bytes);
  // The library takes the first node's own hash for the root.
  if (nodes[0] === undefined || keccak256(nodes[0]) !== stateRoot) {
    throw new UnprovenAnswerError(hash, `the proof of ${address} does not begin at its state root`);
  }
  const account = await verifyMerkleProof(bytes(keccak256(bytes(address))), nodes).catch(() => {
    throw new UnprovenAnswerError(hash, `the proof of ${address} does not hold`);
  });
  if (account === null) return { nonce: 0, balance: 0n };
  const [nonce, balance] = RLP.decode(account) as [Uint8Array, Uint8Array];
  return { nonce: Number(numberIn(nonce)), balance: numberIn(balance) };
}

function numberIn(bigEndian: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bigEndian).toString('hex')}`);
}

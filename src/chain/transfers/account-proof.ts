import { verifyMerkleProof } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { balanceAt } from './balances.js';
import { bytes } from '../encoding.js';
import { type BlockProver } from '../proof/block-prover.js';
import { keccak256 } from '../proof/keccak.js';
import { type RawFullHeader } from '../blocks/raw-block.js';
import { MethodNotFoundError, type Rpc } from '../rpc/rpc-endpoint.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';

/**
 * A balance in wei after a block, proved by the path from the header's `stateRoot` to the account (EIP-1186), as far as
 * the node gives one; as the node says it where it does not, or where the header is of a newer fork.
 * @throws UnprovenAnswerError when the header does not make its hash, or the proof does not lead to its root
 */
export async function provenBalance(
  prover: BlockProver,
  rpc: Rpc,
  header: RawFullHeader,
  address: string,
): Promise<bigint> {
  const blockHash = header.hash.toLowerCase();
  if (!prover.header(header)) return balanceAt(rpc, blockHash, address);
  try {
    const { accountProof } = await rpc.call('eth_getProof', [address, [], { blockHash }]);
    return await balanceProvedBy(accountProof, header, address);
  } catch (error) {
    if (!(error instanceof MethodNotFoundError)) throw error;
    return balanceAt(rpc, blockHash, address);
  }
}

async function balanceProvedBy(
  proof: readonly string[],
  { hash, stateRoot }: RawFullHeader,
  address: string,
): Promise<bigint> {
  const nodes = proof.map(bytes);
  // The library takes the first node's own hash for the root.
  if (nodes[0] === undefined || keccak256(nodes[0]) !== stateRoot) {
    throw new UnprovenAnswerError(hash, `the proof of ${address} does not begin at its state root`);
  }
  const account = await verifyMerkleProof(bytes(keccak256(bytes(address))), nodes).catch(() => {
    throw new UnprovenAnswerError(hash, `the proof of ${address} does not hold`);
  });
  if (account === null) return 0n;
  const [, balance] = RLP.decode(account) as [Uint8Array, Uint8Array];
  return BigInt(`0x0${Buffer.from(balance).toString('hex')}`);
}

import { type Authorization, getAddress, Signature } from 'ethers';
import { type DelegatedSweep, sweepAllData } from '../../outgoing/delegate/sweep-delegate.js';
import { type Fees } from '../../outgoing/fees.js';
import { HIGH_NONCE, type Payload } from '../../outgoing/transaction-bytes.js';
import { type Address, type ChainId } from '../../ids/ids.js';

/** Hex of 20 and 32 bytes that publishing costs as much for as for any: none of them is zero, nor like the one before. */
const ADDRESS = '0x1f2e3d4c5b6a798897a6b5c4d3e2f10112233445';
const WORD = '0x1f2e3d4c5b6a798897a6b5c4d3e2f1011223344556677889aabbccddeeff0123';

export interface BatchOrder {
  chainId: ChainId;
  /** Lower-case. */
  delegate: Address;
  sweeps: readonly DelegatedSweep[];
  /** Of those that have not delegated yet. */
  authorizations: readonly Authorization[];
  gasEach: bigint;
  gasLimit: bigint;
  fees: Fees;
}

/** The gas tank's transaction that sweeps many. */
export function batchPayload(order: BatchOrder): Payload {
  const { chainId, delegate, sweeps, authorizations, gasEach, gasLimit, fees } = order;
  const data = sweepAllData(sweeps, gasEach);
  return {
    chainId,
    recipient: delegate,
    tokenAddress: null,
    amount: 0n,
    gasLimit,
    fees,
    call: { to: delegate, data, authorizations },
  };
}

/** One of which only its size and gas matter: what it costs besides its gas is asked before anything is signed for it. */
export function batchOfStrangers(
  chainId: ChainId,
  delegate: Address,
  { size, gasEach, gasLimit, fees }: Pick<BatchOrder, 'gasEach' | 'gasLimit' | 'fees'> & { size: number },
): Payload {
  const authorization = authorizationOfStranger(chainId, delegate);
  return batchPayload({
    chainId,
    delegate,
    sweeps: Array.from({ length: size }, () => ({
      deposit: ADDRESS,
      token: ADDRESS,
      amount: 2n ** 96n - 1n,
    })),
    authorizations: Array.from({ length: size }, () => authorization),
    gasEach,
    gasLimit,
    fees,
  });
}

/** One as long as any, which no address of ours has signed. */
export function authorizationOfStranger(chainId: ChainId, delegate: Address): Authorization {
  return {
    address: getAddress(delegate),
    chainId: BigInt(chainId),
    nonce: BigInt(HIGH_NONCE),
    signature: Signature.from({ r: WORD, s: WORD, yParity: 0 }),
  };
}

import { type RawLog, type RawReceipt } from '../blocks/raw-block.js';
import { feeOf } from '../blocks/receipt-fee.js';
import { type TxHash } from '../../ids/ids.js';

/** What became of a transaction in a block. Amounts in wei. */
export interface Receipt {
  txHash: TxHash;
  blockNumber: number;
  blockHash: string;
  succeeded: boolean;
  gasUsed: number;
  effectiveGasPrice: bigint;
  /** Wei per gas as header and transaction prove it, on a chain that goes by EIP-1559; left out: they do not. */
  provenPrice?: bigint;
  /** All that it cost: gas, and on the OP stack what its data costs on the chain below, and the operator's fee. */
  fee: bigint;
  logs: RawLog[];
}

/** @param effectiveGasPrice wei per gas: some nodes leave it out of the receipt */
export function receiptFrom(raw: RawReceipt, effectiveGasPrice: bigint): Receipt {
  return {
    txHash: raw.transactionHash,
    blockNumber: raw.blockNumber,
    blockHash: raw.blockHash,
    succeeded: raw.status === 1,
    gasUsed: Number(raw.gasUsed),
    effectiveGasPrice,
    fee: feeOf(raw, effectiveGasPrice),
    logs: raw.logs,
  };
}

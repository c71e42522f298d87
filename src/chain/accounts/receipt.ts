import { type RawLog } from '../blocks/raw-block.js';
import { feeOf, type RawFees } from './receipt-fee.js';

/** What became of a transaction in a block. Amounts in wei. */
export interface Receipt {
  txHash: string;
  blockNumber: number;
  blockHash: string;
  succeeded: boolean;
  gasUsed: number;
  effectiveGasPrice: bigint;
  /** All that it cost: gas, and on the OP stack what its data costs on the chain below, and the operator's fee. */
  fee: bigint;
  logs: RawLog[];
}

/** As nodes send it. */
export interface RawOutcome extends RawFees {
  transactionHash: string;
  blockNumber: string;
  blockHash: string;
  status: string;
  logs: RawLog[];
}

export function receiptFrom(raw: RawOutcome): Receipt {
  return {
    txHash: raw.transactionHash.toLowerCase(),
    blockNumber: Number(raw.blockNumber),
    blockHash: raw.blockHash.toLowerCase(),
    succeeded: Number(raw.status) === 1,
    gasUsed: Number(raw.gasUsed),
    effectiveGasPrice: BigInt(raw.effectiveGasPrice),
    fee: feeOf(raw),
    logs: raw.logs,
  };
}

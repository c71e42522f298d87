import { type ChainConfig } from '../config/chains.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';

/** How log lines name a transaction. */
export function named({ name: chain }: ChainConfig, row: OutgoingTransaction) {
  return {
    chain,
    outgoing: row.id,
    purpose: row.purpose,
    from: row.from,
    nonce: row.nonce,
    tx_hash: row.txHash,
  };
}

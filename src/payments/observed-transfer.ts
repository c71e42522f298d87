import { type Movement } from '../chain/blocks/block.js';
import { type TransferKind } from './transfer.entity.js';

/** A movement of value as the chain shows it, and where. */
export interface ObservedTransfer extends Omit<Movement, 'kind'> {
  kind: TransferKind;
  blockNumber: number;
  blockHash: string;
  blockTime: Date;
}

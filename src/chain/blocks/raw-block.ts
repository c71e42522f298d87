import {
  type RawFullHeader,
  type RawHeader,
  type RawReceipt,
  type RawTransaction,
} from '../rpc/answers/raw-block.js';

/** What nodes say of blocks, as it was read where it entered. */
export type {
  RawHeader,
  RawFullHeader,
  RawAccessListEntry,
  RawAuthorization,
  RawTransaction,
  RawFoundTransaction,
  RawBlock,
  RawLog,
  RawReceipt,
} from '../rpc/answers/raw-block.js';

/** What became of a transaction, as far as payments care. */
export type Outcome = Pick<RawReceipt, 'transactionHash' | 'blockHash' | 'status' | 'root' | 'logs'> &
  Partial<Pick<RawReceipt, 'gasUsed'>>;

/** A block as far as payments care. */
export type BlockBody = RawHeader & {
  transactions: (Pick<RawTransaction, 'hash' | 'from' | 'to' | 'value' | 'gas'> &
    Partial<Pick<RawTransaction, 'input'>>)[];
} & Pick<Partial<RawFullHeader>, 'blockAccessListHash' | 'slotNumber'>;

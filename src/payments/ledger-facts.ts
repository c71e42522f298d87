import { type EntityManager } from 'typeorm';
import { type LedgerFact } from '../ledger/ledger.service.js';
import { depositPosting } from '../ledger/posting.js';
import { type Arrival } from '../ledger/top-ups.js';
import { type ObservedTransfer } from './observed-transfer.js';
import { Transfer } from './transfer.entity.js';

/** What the ledger has to say of transfers, as they are now: those that are gone or orphaned did not happen. */
export async function ledgerFacts(
  manager: EntityManager,
  transferIds: readonly string[],
): Promise<LedgerFact[]> {
  if (transferIds.length === 0) return [];
  const transfers = await manager
    .createQueryBuilder(Transfer, 'transfer')
    .where('transfer.id = ANY(:transferIds)', { transferIds })
    .andWhere(`transfer.state = 'included'`)
    .getMany();
  const byId = new Map(transfers.map((transfer) => [transfer.id, transfer]));
  return transferIds.map((id) => {
    const transfer = byId.get(id);
    // What a token claims and cannot be is no money: booked, it would make the sums of all others meaningless.
    const isMoney = transfer !== undefined && transfer.uncountedReason !== 'absurd_amount';
    return { subject: `transfer:${id}`, posting: isMoney ? postingOf(transfer) : null };
  });
}

function postingOf({ blockNumber: number, blockHash: hash, blockTime: time, ...transfer }: Transfer) {
  return depositPosting({ ...transfer, block: { number, hash, time } });
}

/** A movement that the scanner saw, as the ledger asks for it. */
export function arrivalOf({
  blockNumber: number,
  blockHash: hash,
  blockTime: time,
  ...movement
}: ObservedTransfer): Arrival {
  return { ...movement, block: { number, hash, time } };
}

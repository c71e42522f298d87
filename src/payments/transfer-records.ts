import { Between, type EntityManager, In, IsNull } from 'typeorm';
import { doesCount } from './counting.js';
import { type Payment } from './payment.entity.js';
import { GOES_BACK } from './refund-facts.js';
import { Transfer } from './transfer.entity.js';
import { type NewTransfer } from './unexplained-transfers.js';
import { type ChainId } from '../ids/ids.js';

/** A transfer as we have it, and whose it is. */
export type RecordedTransfer = Pick<
  Transfer,
  'blockHash' | 'blockNumber' | 'txHash' | 'to' | 'ordinal' | 'kind' | 'paymentId'
>;

export type TouchedTransfer = Pick<Transfer, 'id' | 'paymentId'>;
interface TouchedRow {
  id: string;
  payment_id: string;
}

/** The transfers recorded in a range of blocks, both ends included, as far as they are canonical. */
export function transfersBetween(
  manager: EntityManager,
  chainId: ChainId,
  from: number,
  to: number,
): Promise<RecordedTransfer[]> {
  return manager.find(Transfer, {
    select: {
      blockHash: true,
      blockNumber: true,
      txHash: true,
      to: true,
      ordinal: true,
      kind: true,
      paymentId: true,
    },
    where: { chainId, blockNumber: Between(from, to), state: 'included' },
    order: { blockNumber: 'ASC', ordinal: 'ASC' },
  });
}

/** A transaction mined again may stand in another block, with other logs around it: what it is now replaces what it was. */
export async function upsertTransfers(
  manager: EntityManager,
  rows: readonly NewTransfer[],
): Promise<TouchedTransfer[]> {
  const named = rows.filter(({ txHash }) => txHash !== null);
  const unnamed = rows.filter(({ txHash }) => txHash === null);
  return [
    ...(await upsert(manager, named, '(chain_id, tx_hash, ordinal, kind)')),
    ...(await upsert(manager, unnamed, '(chain_id, block_hash, to_address) WHERE tx_hash IS NULL')),
  ];
}

/**
 * What was decided of money stands as long as the same money is in the same block, however often that is read, and by whatever settings:
 * sales were made by it. Only what could not be priced may be priced by then, unless its merchant has decided about it, or
 * sends it back: money that goes back settles nothing.
 */
const IS_DECIDED = `(transfers.block_hash = EXCLUDED.block_hash AND transfers.state = 'included'
  AND transfers.amount = EXCLUDED.amount AND transfers.payment_id = EXCLUDED.payment_id
  AND transfers.token_address IS NOT DISTINCT FROM EXCLUDED.token_address
  AND (transfers.uncounted_reason IS DISTINCT FROM 'rate_unknown' OR transfers.resolution IS NOT NULL
    OR ${GOES_BACK}))`;
/** What late money was worth is said once of a block: rates are not kept as long as money may be read again. */
const IS_AS_VALUED = '(transfers.block_hash = EXCLUDED.block_hash AND transfers.uncounted_reason IS NULL)';

async function upsert(
  manager: EntityManager,
  rows: NewTransfer[],
  conflict: string,
): Promise<TouchedTransfer[]> {
  if (rows.length === 0) return [];
  const upserted = await manager.query<TouchedRow[]>(
    `INSERT INTO transfers (id, payment_id, merchant_id, chain_id, tx_hash, ordinal, log_index, block_number, block_hash,
       block_time, from_address, to_address, token_address, amount, kind, state, uncounted_reason, resolution,
       resolved_at, announced, value_factor)
     SELECT * FROM jsonb_to_recordset($1::jsonb) AS new (
       id uuid, payment_id uuid, merchant_id uuid, chain_id bigint, tx_hash varchar, ordinal integer, log_index integer,
       block_number bigint, block_hash varchar, block_time timestamptz, from_address varchar, to_address varchar,
       token_address varchar, amount numeric(78,0), kind varchar, state varchar, uncounted_reason varchar,
       resolution varchar, resolved_at timestamptz, announced varchar, value_factor jsonb)
     ON CONFLICT ${conflict} DO UPDATE SET
       payment_id = EXCLUDED.payment_id, log_index = EXCLUDED.log_index, block_number = EXCLUDED.block_number,
       block_hash = EXCLUDED.block_hash, block_time = EXCLUDED.block_time, from_address = EXCLUDED.from_address,
       to_address = EXCLUDED.to_address, token_address = EXCLUDED.token_address, amount = EXCLUDED.amount,
       state = EXCLUDED.state,
       uncounted_reason = CASE WHEN ${IS_DECIDED} THEN transfers.uncounted_reason
         WHEN ${IS_AS_VALUED} AND EXCLUDED.uncounted_reason = 'rate_unknown' THEN NULL
         ELSE EXCLUDED.uncounted_reason END,
       value_factor = CASE WHEN ${IS_DECIDED} OR ${IS_AS_VALUED} THEN transfers.value_factor ELSE EXCLUDED.value_factor END
     RETURNING id, payment_id`,
    [JSON.stringify(rows.map(rowOf))],
  );
  return upserted.map(touched);
}

function rowOf(transfer: NewTransfer) {
  return {
    id: transfer.id,
    payment_id: transfer.paymentId,
    merchant_id: transfer.merchantId,
    chain_id: transfer.chainId,
    tx_hash: transfer.txHash,
    ordinal: transfer.ordinal,
    log_index: transfer.logIndex,
    block_number: transfer.blockNumber,
    block_hash: transfer.blockHash,
    block_time: transfer.blockTime,
    from_address: transfer.from,
    to_address: transfer.to,
    token_address: transfer.tokenAddress,
    amount: transfer.amount.toString(),
    kind: transfer.kind,
    state: transfer.state,
    uncounted_reason: transfer.uncountedReason,
    resolution: transfer.resolution,
    resolved_at: transfer.resolvedAt,
    announced: transfer.announced,
    value_factor: transfer.valueFactor,
  };
}

/** The payments that have canonical transfers in blocks above one. */
export async function paymentsPaidAbove(
  manager: EntityManager,
  chainId: ChainId,
  block: number,
): Promise<string[]> {
  const rows = await manager.query<{ id: string }[]>(
    `SELECT DISTINCT payment_id AS id FROM transfers
     WHERE chain_id = $1 AND block_number > $2 AND state = 'included'`,
    [chainId, block],
  );
  return rows.map(({ id }) => id);
}

/** @param block the last that is still canonical. @returns the transfers that were taken away */
export async function orphanAbove(
  manager: EntityManager,
  chainId: ChainId,
  block: number,
): Promise<TouchedTransfer[]> {
  const [rows] = await manager.query<[TouchedRow[], number]>(
    `UPDATE transfers SET state = 'orphaned', swept_at = NULL
     WHERE chain_id = $1 AND block_number > $2 AND state = 'included' RETURNING id, payment_id`,
    [chainId, block],
  );
  return rows.map(touched);
}

/**
 * By identity, which of the transfers are recorded as counting towards a failed payment: money from before the failure
 * stays theirs when read again.
 */
export async function countedOfFailed(
  manager: EntityManager,
  payments: readonly Pick<Payment, 'id' | 'status'>[],
  transfers: readonly Pick<Transfer, 'txHash' | 'blockHash'>[],
): Promise<Set<string>> {
  const failed = payments.filter(({ status }) => status === 'failed').map(({ id }) => id);
  if (failed.length === 0) return new Set();
  const hashes = transfers.flatMap(({ txHash }) => txHash ?? []);
  const blockHashes = transfers.flatMap(({ txHash, blockHash }) => (txHash === null ? blockHash : []));
  const included = { paymentId: In(failed), state: 'included' as const };
  const recorded = await manager.find(Transfer, {
    where: [
      { ...included, txHash: In([...new Set(hashes)]) },
      { ...included, txHash: IsNull(), blockHash: In([...new Set(blockHashes)]) },
    ],
  });
  return new Set(recorded.filter(doesCount).map(identityOf));
}

export function identityOf({
  chainId,
  txHash,
  blockHash,
  to,
  ordinal,
  kind,
}: Pick<Transfer, 'chainId' | 'txHash' | 'blockHash' | 'to' | 'ordinal' | 'kind'>): string {
  return `${chainId} ${txHash ?? `${blockHash} ${to}`} ${ordinal} ${kind}`;
}

function touched({ id, payment_id: paymentId }: TouchedRow): TouchedTransfer {
  return { id, paymentId };
}

export function distinct(transfers: TouchedTransfer[], key: keyof TouchedTransfer): string[] {
  return [...new Set(transfers.map((transfer) => transfer[key]))];
}

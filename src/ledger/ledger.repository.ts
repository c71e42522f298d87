import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type Addition, type Booked, negated } from './corrections.js';
import { type LedgerAccount, type LedgerLeg, type Posting, type PostingKind } from './posting.js';
import { type Address, type Asset, type ChainId, toChainId, type TxHash } from '../ids/ids.js';

/** What the ledger says of a subject, and how often it has said something about it. */
export interface Standing {
  booked: Booked | null;
  nextSequence: number;
}

interface StandingRow {
  id: string;
  subject: string;
  sequence: number;
  kind: PostingKind;
  is_reversal: boolean;
  chain_id: string;
  tx_hash: TxHash | null;
  block_number: string;
  block_hash: string;
  block_time: Date;
  payment_id: string | null;
  legs: { account: LedgerAccount; address: Address | null; token_address: Asset; amount: string }[];
}

/** The books as they lie in Postgres. */
@Injectable()
export class LedgerRepository {
  /** What was booked last about each subject; subjects without entries are left out. */
  async standing(manager: EntityManager, subjects: readonly string[]): Promise<Map<string, Standing>> {
    const rows = await manager.query<StandingRow[]>(
      `SELECT last.*, last.reverses IS NOT NULL AS is_reversal, legs.legs
       FROM unnest($1::varchar[]) AS wanted (subject)
       CROSS JOIN LATERAL (
         SELECT * FROM ledger_transactions WHERE subject = wanted.subject ORDER BY sequence DESC LIMIT 1
       ) AS last
       CROSS JOIN LATERAL (
         SELECT coalesce(json_agg(json_build_object('account', account, 'address', address,
           'token_address', token_address, 'amount', amount::text) ORDER BY position), '[]') AS legs
         FROM ledger_entries WHERE transaction_id = last.id
       ) AS legs`,
      [subjects],
    );
    return new Map(rows.map((row) => [row.subject, standingOf(row)]));
  }

  /** Subjects of the operator's own movements that were booked in blocks above one. */
  async operatorSubjectsAbove(manager: EntityManager, chainId: ChainId, block: number): Promise<string[]> {
    const rows = await manager.query<{ subject: string }[]>(
      `SELECT DISTINCT subject FROM ledger_transactions
       WHERE chain_id = $1 AND block_number > $2 AND kind IN ('top_up','opening')`,
      [chainId, block],
    );
    return rows.map(({ subject }) => subject);
  }

  /** Of one transaction each, in order: the sequence of a subject grows by one with each. */
  async append(
    manager: EntityManager,
    additions: readonly { addition: Addition; sequence: number }[],
  ): Promise<void> {
    if (additions.length === 0) return;
    const rows = additions.map(({ addition, sequence }) => {
      const isReversal = addition.kind === 'reversal';
      const posting: Posting = isReversal ? addition.of : addition.posting;
      const legs = isReversal ? negated(posting.legs) : posting.legs;
      return { id: uuidv7(), sequence, posting, legs, reverses: isReversal ? addition.of.id : null };
    });
    await manager.query(
      `INSERT INTO ledger_transactions
         (id, subject, sequence, kind, reverses, chain_id, tx_hash, block_number, block_hash, block_time, payment_id)
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS new (id uuid, subject varchar, sequence integer, kind varchar,
         reverses uuid, chain_id bigint, tx_hash varchar, block_number bigint, block_hash varchar,
         block_time timestamptz, payment_id uuid)`,
      [JSON.stringify(rows.map(transactionRow))],
    );
    const entries = rows.flatMap(({ id, posting, legs }) =>
      legs.map((leg, position) => entryRow(id, position, posting, leg)),
    );
    await manager.query(
      `INSERT INTO ledger_entries
         (transaction_id, position, chain_id, block_number, account, address, token_address, amount)
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS new (transaction_id uuid, position smallint, chain_id bigint,
         block_number bigint, account varchar, address varchar, token_address varchar, amount numeric(78,0))`,
      [JSON.stringify(entries)],
    );
  }
}

function standingOf(row: StandingRow): Standing {
  const nextSequence = row.sequence + 1;
  if (row.is_reversal) return { booked: null, nextSequence };
  const booked: Booked = {
    id: row.id,
    subject: row.subject,
    kind: row.kind,
    chainId: toChainId(Number(row.chain_id)),
    block: { number: Number(row.block_number), hash: row.block_hash, time: row.block_time },
    txHash: row.tx_hash,
    paymentId: row.payment_id,
    legs: row.legs.map(({ account, address, token_address: tokenAddress, amount }) => ({
      account,
      address,
      tokenAddress,
      amount: BigInt(amount),
    })),
  };
  return { booked, nextSequence };
}

function transactionRow({
  id,
  sequence,
  posting: { subject, kind, chainId, txHash, block, paymentId },
  reverses,
}: {
  id: string;
  sequence: number;
  posting: Posting;
  reverses: string | null;
}) {
  return {
    id,
    subject,
    sequence,
    kind,
    reverses,
    chain_id: chainId,
    tx_hash: txHash,
    block_number: block.number,
    block_hash: block.hash,
    block_time: block.time,
    payment_id: paymentId,
  };
}

function entryRow(transactionId: string, position: number, { chainId, block }: Posting, leg: LedgerLeg) {
  const { account, address, tokenAddress, amount } = leg;
  return {
    transaction_id: transactionId,
    position,
    chain_id: chainId,
    block_number: block.number,
    account,
    address,
    token_address: tokenAddress,
    amount: amount.toString(),
  };
}

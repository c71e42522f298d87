import { type EntityManager } from 'typeorm';
import { type Receipt } from '../chain/accounts/chain-accounts.js';
import { agreed } from '../chain/accounts/disagreement.js';
import { type FundsReader } from '../chain/accounts/funds-reader.js';
import { RpcError } from '../chain/rpc/rpc-error.js';
import { type Booked, negated } from '../ledger/corrections.js';
import { type LedgerRepository } from '../ledger/ledger.repository.js';
import {
  type LedgerAccount,
  type LedgerLeg,
  merged,
  outgoingPosting,
  outgoingSubject,
} from '../ledger/posting.js';
import { minedMovements, type SignedFacts } from './mined-facts.js';
import { type OutgoingRow, outgoingRows } from '../outgoing/outgoing-rows.js';
import { type CheckedChain } from './report.js';
import { type Address, type ChainId } from '../ids/ids.js';

interface Context {
  manager: EntityManager;
  repository: LedgerRepository;
  reader: FundsReader;
  paying: ReadonlyMap<Address, LedgerAccount>;
  report: CheckedChain;
}

/**
 * Reads the receipt of every transaction of ours again, and compares what it moved and cost with the books. One that is
 * not final may be mined and not booked yet, or booked and gone: that is no difference, and is reported as a note.
 * @returns the legs that the books lack for those, as of the reader's block
 */
export async function checkOutgoing(context: Context): Promise<LedgerLeg[]> {
  const { manager, reader, repository, report } = context;
  let lacking: LedgerLeg[] = [];
  const opened = await openedAt(context);
  for await (const rows of outgoingRows(manager, reader.chain.chainId)) {
    const subjects = rows.map(({ id }) => outgoingSubject(id));
    const standing = await repository.standing(manager, subjects);
    const seen = await Promise.all(
      rows.map(async (row) => {
        const booked = standing.get(outgoingSubject(row.id))?.booked ?? null;
        return await see(row, booked, context);
      }),
    );
    rows.forEach((row, index) => {
      const one = seen[index] ?? null;
      if (one === null) return;
      const legs = compare(row, one, { ...context, opened });
      lacking = merged([...lacking, ...legs]);
    });
    report.transactions += rows.length;
  }
  return lacking;
}

interface Opened {
  /** Paying accounts by address: the block up to which what they had is in their opening. */
  opened: ReadonlyMap<string, number>;
}

async function openedAt({ manager, repository, reader, paying }: Context): Promise<Opened['opened']> {
  const subjects = [...paying.keys()].map((address) => `opening:${reader.chain.chainId}:${address}`);
  const standing = await repository.standing(manager, subjects);
  const blocks = [...standing].flatMap(([subject, { booked }]): [string, number][] =>
    booked === null ? [] : [[subject.split(':')[2] ?? '', booked.block.number]],
  );
  return new Map(blocks);
}

/** The accounts that were ours by a block: what one of them got before that was somebody else's to the books. */
function payingAt(block: number, paying: Context['paying'], opened: Opened['opened']): Context['paying'] {
  return new Map([...paying].filter(([address]) => block > (opened.get(address) ?? -1)));
}

interface Mined {
  receipt: Receipt;
  /** Base units, as this attempt moves it. */
  amount: bigint;
}

/** A transaction by the books and by the chain. */
interface Seen {
  booked: Booked | null;
  mined: Mined | null;
  /** No endpoint shows its receipt, though the block that it is booked in stands. */
  isUnshown: boolean;
}

/** Null: no endpoint has it, and it is reported that it cannot be compared. @throws RpcError of one that may not be booked yet */
async function see(
  row: OutgoingRow,
  booked: Booked | null,
  { reader, report }: Pick<Context, 'reader' | 'report'>,
): Promise<Seen | null> {
  try {
    const mined = await minedAttempt(row, reader);
    const isUnshown = mined === null && booked !== null && (await reader.has(booked.block));
    return { booked, mined, isUnshown };
  } catch (error) {
    // What is on its way moves balances before it is booked: without it none of them can be compared.
    if (!(error instanceof RpcError) || !row.isFinal) throw error;
    const name = `${row.kind} transaction ${booked?.txHash ?? row.id}`;
    report.unchecked.add(`${name} could not be checked: ${error.message}`);
    return null;
  }
}

/** Null: no endpoint shows one of its attempts in a block up to the reader's. @throws RpcError, also where they show different ones */
async function minedAttempt({ attempts }: OutgoingRow, reader: FundsReader): Promise<Mined | null> {
  for (const { txHash, amount } of attempts) {
    const shown = (await reader.accounts.receiptsAnywhere(txHash)).filter(
      ({ blockNumber }) => blockNumber <= reader.block.number,
    );
    const [receipt] = shown;
    if (receipt === undefined) continue;
    agreed('eth_getTransactionReceipt', shown.map(outcome));
    return { receipt, amount };
  }
  return null;
}

/** What the books have of a receipt. */
function outcome({ blockHash, succeeded, fee, logs }: Receipt): string {
  const moved = logs.map(({ address, topics, data }) => [address, ...topics, data].join(' '));
  return [blockHash, succeeded ? 'succeeded' : 'failed', fee, ...moved].join(' ').toLowerCase();
}

function compare(
  row: OutgoingRow,
  { booked, mined, isUnshown }: Seen,
  { reader, paying, opened, report }: Context & Opened,
): LedgerLeg[] {
  const isBooked = booked !== null && booked.block.number <= reader.block.number;
  const bookedLegs = isBooked ? booked.legs : [];
  const minedLegs = mined
    ? legsOf(row, mined, reader.chain.chainId, payingAt(mined.receipt.blockNumber, paying, opened))
    : [];
  const differing = merged([...minedLegs, ...negated(bookedLegs)]);
  if (differing.length === 0) return [];
  const name = `${row.kind} transaction ${mined?.receipt.txHash ?? booked?.txHash ?? row.id}`;
  if (isUnshown) {
    report.notes.add(`${name} is booked, its block stands, and no endpoint has its receipt`);
    return [];
  }
  if (!row.isFinal) {
    report.notes.add(
      mined
        ? `${name} is mined in block ${mined.receipt.blockNumber} and about to be booked; it was reckoned with here`
        : `${name} is booked and no longer mined; a reorg that is about to be booked was reckoned with here`,
    );
    return differing;
  }
  if (mined === null && isBooked) {
    report.notes.add(`${name} is booked and final, and no endpoint has its receipt any more`);
    return [];
  }
  // What a token kept for itself no receipt tells: the balances do.
  if (isBooked && proven(differing).length === 0) return [];
  report.differences.add(
    isBooked
      ? `${name} is booked otherwise than its receipt has it: ${words(differing)}`
      : `${name} is final and not booked: ${words(differing)}`,
  );
  return [];
}

function legsOf(
  row: OutgoingRow,
  { receipt, amount }: Mined,
  chainId: ChainId,
  paying: Context['paying'],
): LedgerLeg[] {
  const from = { account: row.account, address: row.from };
  return outgoingPosting({
    id: row.id,
    kind: row.kind,
    chainId,
    block: { number: receipt.blockNumber, hash: receipt.blockHash, time: new Date(0) },
    txHash: receipt.txHash,
    paymentId: null,
    movements: signedBy(row, from, amount).flatMap((signed) => minedMovements(signed, receipt, paying)),
    feePaidBy: from,
    fee: receipt.fee,
  }).legs;
}

/** What a transaction was signed to move, its own and that of its parts. */
function signedBy(
  { parts, ...row }: OutgoingRow,
  from: SignedFacts['from'],
  amount: bigint,
): readonly SignedFacts[] {
  const ofOthers = parts.map((part) => ({
    ...part,
    kind: row.kind,
    from: { account: 'deposit' as const, address: part.from },
  }));
  return [{ ...row, from, amount }, ...ofOthers];
}

/** What receipts prove: what the recipient got, and the gas. */
function proven(legs: readonly LedgerLeg[]): LedgerLeg[] {
  return legs.filter(
    ({ account, tokenAddress }) =>
      account === 'treasury' || account === 'customer' || (account === 'fees' && tokenAddress === null),
  );
}

function words(legs: readonly LedgerLeg[]): string {
  return legs
    .map(
      ({ account, amount, tokenAddress }) =>
        `${account} lacks ${amount} base units of ${tokenAddress ?? 'the native asset'}`,
    )
    .join(', ');
}

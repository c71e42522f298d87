import { Injectable } from '@nestjs/common';
import { type Authorization, type TransactionLike } from 'ethers';
import { type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type Chain } from '../chain/chain.js';
import { scannedTo } from '../chain/position/scanned-rows.js';
import { type Account, Keys } from '../wallet/keys.js';
import { type Fees } from './fees.js';
import { NodeNonces } from './node-nonces.js';
import { OutgoingAttempt } from './outgoing-attempt.entity.js';
import { OutgoingPart } from './outgoing-part.entity.js';
import { NOT_REFUSED, OutgoingTransaction, type Purpose } from './outgoing-transaction.entity.js';
import { holdAddress, OutgoingRepository } from './outgoing.repository.js';
import { SigningGate, type SigningRequest } from './signing-gate.js';
import { type FeeShare } from './signing-rules.js';
import {
  areEmptyOf,
  emptyTransaction,
  type Payload,
  replacementOf,
  transactionOf,
} from './transaction-bytes.js';
import { type Address, type ChainId } from '../ids/ids.js';

/** What an address of ours is to do. */
export interface Intent extends Payload {
  purpose: Purpose;
  subjectId: string | null;
  account: Account;
  /** Lower-case, as all addresses here. */
  from: Address;
  isDrain: boolean;
  /** What the node says is the next one; ours may be further. */
  nodeNonce: number;
  /** What it moves of other addresses. */
  parts?: readonly Part[];
  /** Of sweeps: what it is expected to cost, and what it may; null: that does not matter. */
  fee: FeeShare | null;
  /** Base units of what it moves, with the fee where that is native money: what its account has, and needs. Null: its caller has seen to it in the same transaction, as the gas tank does. */
  balance: { has: bigint; needed: bigint } | null;
}

export type Part = Pick<
  OutgoingPart,
  'subjectId' | 'from' | 'recipient' | 'tokenAddress' | 'amount' | 'authorizationNonce'
>;

/** Other bytes for the same nonce. */
export interface Replacement {
  fees: Fees;
  /** Wei. */
  expectedFee: bigint;
  /** What it moves from now on, where the fee comes out of it; undefined: as before. */
  amount: bigint | undefined;
}

/** What is signed in place of what was, for a row that is held. */
interface OtherBytes {
  fee: (row: OutgoingTransaction) => Promise<FeeShare | null>;
  /** Base units. */
  moved: bigint;
  bytes: (row: OutgoingTransaction) => TransactionLike;
}

/** Whose nonce is asked for. */
export interface NonceOwner {
  chainId: ChainId;
  /** Lower-case. */
  from: Address;
  /** What the node says is the next one; ours may be further. */
  nodeNonce: number;
}

/**
 * Commits what will be broadcast before anybody hears of it. Everything runs inside the caller's transaction, together
 * with the change that says what it is for.
 */
@Injectable()
export class OutgoingSigner {
  constructor(
    private readonly keys: Keys,
    private readonly outgoing: OutgoingRepository,
    private readonly gate: SigningGate,
    private readonly nonces: NodeNonces,
  ) {}

  /** What nodes say is the next nonce of an address, asked before the transaction that signs. @throws RpcError */
  nodeNonce(chain: Chain, from: Address): Promise<number> {
    return this.nonces.next(chain, from);
  }

  /** @throws NotSignedError when something does not hold any more; NoKeyError, WrongKeyError */
  async sign(manager: EntityManager, intent: Intent): Promise<OutgoingTransaction> {
    const { chainId, from, account, parts = [] } = intent;
    const nonce = await this.nextNonce(manager, intent);
    await this.gate.require(manager, await this.requestOf(manager, intent));
    const id = uuidv7();
    const outgoing: Partial<OutgoingTransaction> = {
      id,
      chainId,
      purpose: intent.purpose,
      subjectId: intent.subjectId,
      account: account.kind,
      derivationIndex: account.kind === 'deposit' ? account.derivationIndex : null,
      from,
      nonce,
      recipient: intent.recipient,
      tokenAddress: intent.tokenAddress,
      amount: intent.amount,
      isDrain: intent.isDrain,
      mostFee: intent.fee?.most ?? null,
      state: 'signed',
      signedAfterBlock: await scannedTo(manager, chainId),
    };
    await manager.insert(OutgoingTransaction, outgoing);
    const rows = parts.map((part, position) => ({ ...part, outgoingId: id, position, chainId }));
    if (rows.length > 0) await manager.insert(OutgoingPart, rows);
    await this.attempt(
      manager,
      { id, from, account, ordinal: 0, amount: intent.amount },
      transactionOf(intent, nonce),
    );
    return manager.findOneByOrFail(OutgoingTransaction, { id });
  }

  /** The next nonce of an address, which is held until the transaction ends. */
  async nextNonce(manager: EntityManager, { chainId, from, nodeNonce }: NonceOwner): Promise<number> {
    await holdAddress(manager, chainId, from);
    return Math.max(nodeNonce, await this.outgoing.nextNonce(manager, chainId, from));
  }

  /**
   * Signs that a deposit address delegates to a contract, by its next nonce: nothing else of the address may be on its
   * way. What it is for is committed as a part of the transaction that carries it.
   * @throws NoKeyError, WrongKeyError
   */
  async authorize(
    manager: EntityManager,
    owner: NonceOwner & { derivationIndex: number },
    delegate: Address,
  ): Promise<Authorization> {
    const { chainId, from, derivationIndex } = owner;
    const nonce = await this.nextNonce(manager, owner);
    return this.keys.authorize({ kind: 'deposit', derivationIndex }, from, { chainId, delegate, nonce });
  }

  /**
   * Signs other bytes for the same nonce, so that one of them at most is ever mined.
   * @param seen the attempts the caller knows of; when there are more by now, nothing is signed
   * @throws NotSignedError when something does not hold that has to
   * @returns false when somebody else was first
   */
  async replace(
    manager: EntityManager,
    id: string,
    seen: readonly OutgoingAttempt[],
    { fees, expectedFee, amount }: Replacement,
  ): Promise<boolean> {
    const last = seen.at(-1) as OutgoingAttempt;
    const moved = amount ?? last.amount;
    const row = await this.signAgain(manager, id, seen, fees, {
      fee: (now) => this.shareOf(manager, now, expectedFee),
      moved,
      bytes: () => replacementOf(last.raw, fees, amount),
    });
    if (row === null) return false;
    // What gives it up moves nothing, and leaves what it was to move as it was.
    if (!areEmptyOf(row.from, last.raw)) await manager.update(OutgoingTransaction, { id }, { amount: moved });
    return true;
  }

  /**
   * Signs a transaction of the account to itself that moves nothing, for the same nonce: what was signed before is never
   * mined once this is. Its caller knows that no node takes that, or that all have refused it for long.
   * @throws NotSignedError when something does not hold that has to
   * @returns false when somebody else was first
   */
  async giveUp(
    manager: EntityManager,
    id: string,
    seen: readonly OutgoingAttempt[],
    { fees, gasLimit }: { fees: Fees; gasLimit: bigint },
  ): Promise<boolean> {
    const row = await this.signAgain(manager, id, seen, fees, {
      fee: () => Promise.resolve(null),
      moved: 0n,
      bytes: (now) => emptyTransaction(now, gasLimit, fees),
    });
    if (row === null) return false;
    await manager.update(OutgoingTransaction, { id }, NOT_REFUSED);
    return true;
  }

  /** @returns the row, which is held; null when somebody else was first */
  private async signAgain(
    manager: EntityManager,
    id: string,
    seen: readonly OutgoingAttempt[],
    fees: Fees,
    { fee, moved, bytes }: OtherBytes,
  ): Promise<OutgoingTransaction | null> {
    const row = await this.outgoing.lock(manager, id);
    const attempts = await manager.countBy(OutgoingAttempt, { outgoingId: id });
    if (!['signed', 'sent'].includes(row.state) || attempts !== seen.length) return null;
    const { chainId, purpose, from } = row;
    const payer = row.account === 'deposit' ? null : from;
    await this.gate.require(manager, {
      chainId,
      purpose,
      payer,
      fees,
      fee: await fee(row),
      movements: [],
      balance: null,
    });
    const attempt = { id, from, account: accountOf(row), ordinal: seen.length, amount: moved };
    await this.attempt(manager, attempt, bytes(row));
    return row;
  }

  /** Wei that what it is for has cost so far. */
  async paidFor(
    manager: EntityManager,
    { subjectId }: Pick<OutgoingTransaction, 'subjectId'>,
  ): Promise<bigint> {
    return subjectId === null ? 0n : this.outgoing.feeOf(manager, subjectId);
  }

  /**
   * What it costs with what was paid for it before, and what it may. At an account that pays for others, one that they wait
   * behind is not held back: it would hold them back too.
   */
  private async shareOf(
    manager: EntityManager,
    row: OutgoingTransaction,
    expectedFee: bigint,
  ): Promise<FeeShare> {
    const paid = await this.paidFor(manager, row);
    const isWaitedFor = row.account !== 'deposit' && (await this.outgoing.isAnyAfter(manager, row));
    return { expected: paid + expectedFee, most: isWaitedFor ? null : row.mostFee };
  }

  /** What the gate has to know of it. */
  private async requestOf(manager: EntityManager, intent: Intent): Promise<SigningRequest> {
    const { chainId, purpose, fees, fee, parts = [], from, recipient, tokenAddress, amount } = intent;
    const payer = intent.account.kind === 'deposit' ? null : from;
    const own = intent.call === undefined ? [{ recipient, tokenAddress, amount }] : [];
    const asset = tokenAddress ?? 'the native asset';
    const balance = intent.balance && {
      ...intent.balance,
      promised: await this.outgoing.promisedBy(manager, chainId, from, tokenAddress),
      asset,
    };
    return { chainId, purpose, payer, fees, fee, movements: [...own, ...parts], balance };
  }

  private async attempt(
    manager: EntityManager,
    given: { id: string; from: Address; account: Account; ordinal: number; amount: bigint },
    transaction: TransactionLike,
  ): Promise<void> {
    const { raw, hash } = this.keys.sign(given.account, given.from, transaction);
    await manager.insert(OutgoingAttempt, {
      chainId: Number(transaction.chainId),
      txHash: hash,
      outgoingId: given.id,
      ordinal: given.ordinal,
      raw,
      gasLimit: Number(transaction.gasLimit),
      maxFeePerGas: BigInt(transaction.maxFeePerGas ?? transaction.gasPrice ?? 0),
      maxPriorityFeePerGas: transaction.type === 0 ? null : BigInt(transaction.maxPriorityFeePerGas ?? 0),
      amount: given.amount,
    });
  }
}

export function accountOf(row: Pick<OutgoingTransaction, 'account' | 'derivationIndex'>): Account {
  return row.account === 'deposit'
    ? { kind: 'deposit', derivationIndex: row.derivationIndex as number }
    : { kind: row.account };
}

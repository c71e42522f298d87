import { Inject, Injectable, Logger } from '@nestjs/common';
import { hexlify } from 'ethers';
import { type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type RawTransaction } from '../../chain/blocks/raw-block.js';
import { encodeTransaction } from '../../chain/proof/transaction-encoding.js';
import { type ChainConfig } from '../../config/chains.js';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { type Account } from '../../wallet/keys.js';
import { sweepsIn } from '../delegate/sweep-delegate.js';
import { OutgoingAttempt } from '../outgoing-attempt.entity.js';
import { OutgoingPart } from '../outgoing-part.entity.js';
import { OutgoingTransaction, type Purpose } from '../outgoing-transaction.entity.js';
import { sweepingOf } from '../../config/sweeping.js';
import { type Claim, Claimants, type FoundTransfer } from './claimants.js';
import { OwnAccounts } from './own-accounts.js';
import { doesTheSame, type MovedByTransaction, transferOf } from './sent-transfer.js';
import { type Address, toAddress, toTokenAddress } from '../../ids/ids.js';

/** A mined transaction that an address of ours signed. */
export interface SignedByUs {
  transaction: RawTransaction;
  /** By its signature, lower-case. */
  from: Address;
  signer: Account;
  blockNumber: number;
  blockTime: Date;
}

/** What a transaction was for, where it says so by itself. */
type GasPurpose = Extract<Purpose, 'gas' | 'gas_return'>;

/**
 * Brings transactions of ours into the database that it does not have, as if they had been signed and sent by it: from
 * then on they are followed to their end like all others, with ledger, refund, sweep and events.
 */
@Injectable()
export class AdoptedTransactions {
  private readonly logger = new Logger('Restore');

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly own: OwnAccounts,
    private readonly claimants: Claimants,
  ) {}

  /**
   * Gas from the tank to deposit addresses, and what came back of it. What is known already is held here, before any
   * payment is.
   * @returns the others that are not known
   */
  async gas(
    manager: EntityManager,
    chain: ChainConfig,
    signed: readonly SignedByUs[],
  ): Promise<SignedByUs[]> {
    const others: SignedByUs[] = [];
    const held = await heldAt(manager, chain, signed);
    for (const one of signed) {
      if (await this.isKnown(manager, chain, one, held)) continue;
      const purpose = await this.gasPurpose(manager, chain, one);
      if (purpose === null) others.push(one);
      else
        await this.isolated(manager, chain, one, (inner) =>
          insert(inner, chain, one, { purpose, subjectId: null, moved: movedBy(one) }),
        );
    }
    return others;
  }

  /** What is not gas, and nobody knows: what nobody says was his is told of. */
  async others(manager: EntityManager, chain: ChainConfig, unknown: readonly SignedByUs[]): Promise<void> {
    for (const one of unknown) {
      await this.isolated(manager, chain, one, async (inner) => {
        const isTaken = (await this.transfer(inner, chain, one)) || (await this.batch(inner, chain, one));
        if (!isTaken) this.tell(chain, one, 'nothing in this database asked for it');
      });
    }
  }

  private async gasPurpose(
    manager: EntityManager,
    { chainId }: ChainConfig,
    { transaction, signer }: SignedByUs,
  ): Promise<GasPurpose | null> {
    const moved = transferOf(transaction);
    if (moved === null || moved.tokenAddress !== null || signer.kind === 'payout') return null;
    const to = (await this.own.among(manager, chainId, [moved.recipient])).get(moved.recipient);
    if (signer.kind === 'gas_tank') return to?.kind === 'deposit' ? 'gas' : null;
    return to?.kind === 'gas_tank' ? 'gas_return' : null;
  }

  /** Bytes we have, or, at a nonce we have, bytes that replaced them after the backup: these are added. */
  private async isKnown(
    manager: EntityManager,
    chain: ChainConfig,
    { transaction, from }: SignedByUs,
    held: readonly OutgoingTransaction[],
  ): Promise<boolean> {
    const { chainId } = chain;
    const { hash: txHash } = transaction;
    if (await manager.existsBy(OutgoingAttempt, { chainId, txHash })) return true;
    const nonce = Number(transaction.nonce);
    const outgoing = held.find((one) => one.from === from && one.nonce === nonce);
    if (outgoing === undefined) return false;
    const attempts = await manager.find(OutgoingAttempt, {
      where: { outgoingId: outgoing.id },
      order: { ordinal: 'ASC' },
    });
    if (doesTheSame(transaction, { outgoing, attempts }))
      await addAttempt(manager, outgoing, attempts.length, transaction);
    return true;
  }

  /** @returns false: it is none, or nobody's */
  private async transfer(manager: EntityManager, chain: ChainConfig, one: SignedByUs): Promise<boolean> {
    const moved = transferOf(one.transaction);
    if (moved === null) return false;
    const { from, signer: account, blockNumber } = one;
    const mostFee = mostFeeOf(one);
    const claim = await this.claimOf(manager, {
      ...moved,
      chain,
      account,
      from,
      mostFee,
      blockNumber,
      isBatched: false,
    });
    if (claim === null) return false;
    await claim.take(await insert(manager, chain, one, { ...claim, moved }));
    return true;
  }

  /** What the tank had many addresses send. @returns false: it is no such transaction, or some of it is nobody's */
  private async batch(manager: EntityManager, chain: ChainConfig, one: SignedByUs): Promise<boolean> {
    const { transaction, signer, blockNumber } = one;
    const sweeps = signer.kind === 'gas_tank' ? sweepsIn(transaction.input) : null;
    const sweeping = sweepingOf(chain, this.settings);
    if (sweeps === null || transaction.to === null || !('treasury' in sweeping)) return false;
    const froms = sweeps.map(({ deposit }) => toAddress(deposit));
    const accounts = await this.own.among(manager, chain.chainId, froms);
    const claimed: { claim: Claim; found: FoundTransfer }[] = [];
    for (const { deposit, token, amount } of sweeps) {
      const from = toAddress(deposit);
      const account = accounts.get(from);
      if (account === undefined) return false;
      const recipient = sweeping.treasury;
      const tokenAddress = toTokenAddress(token);
      const moved = { recipient, tokenAddress, amount };
      const found = { ...moved, chain, account, from, mostFee: 0n, blockNumber, isBatched: true };
      const claim = await this.claimOf(manager, found);
      if (claim?.purpose !== 'sweep') return false;
      claimed.push({ claim, found });
    }
    const moved = { recipient: transaction.to, tokenAddress: null, amount: 0n };
    const outgoingId = await insert(manager, chain, one, { purpose: 'sweep', subjectId: null, moved });
    for (const [position, { claim, found }] of claimed.entries()) {
      const { from, recipient, tokenAddress, amount } = found;
      const part = { outgoingId, position, chainId: chain.chainId, subjectId: claim.subjectId };
      await manager.insert(OutgoingPart, {
        ...part,
        from,
        recipient,
        tokenAddress: toTokenAddress(tokenAddress as string),
        amount,
      });
      await claim.take(outgoingId);
    }
    return true;
  }

  private async claimOf(manager: EntityManager, found: FoundTransfer): Promise<Claim | null> {
    for (const claimant of this.claimants.all()) {
      const claim = await claimant.claim(manager, found);
      if (claim !== null) return claim;
    }
    return null;
  }

  /** One that cannot be brought in keeps no other from it, and the scan neither. */
  private async isolated(
    manager: EntityManager,
    chain: ChainConfig,
    one: SignedByUs,
    work: (inner: EntityManager) => Promise<unknown>,
  ): Promise<void> {
    try {
      // A savepoint, inside of the caller's transaction.
      await manager.transaction(work);
    } catch (error) {
      // Another transaction was in the way: the step is made again, with all of it.
      if (isInTheWay(error)) throw error;
      this.tell(chain, one, (error as Error).message);
    }
  }

  private tell(chain: ChainConfig, { transaction, from, signer }: SignedByUs, reason: string): void {
    const moved = transferOf(transaction);
    const line = {
      chain: chain.name,
      account: signer.kind,
      from,
      tx_hash: transaction.hash,
      to: moved?.recipient ?? transaction.to,
      token: moved?.tokenAddress ?? null,
      amount: moved?.amount.toString() ?? null,
      reason,
    };
    this.logger.error(line, 'an account of ours sent something after the backup that is not known here');
  }
}

/** What is here of the same addresses and nonces: all of it is held at once. */
async function heldAt(
  manager: EntityManager,
  { chainId }: ChainConfig,
  signed: readonly SignedByUs[],
): Promise<OutgoingTransaction[]> {
  if (signed.length === 0) return [];
  return manager.find(OutgoingTransaction, {
    where: signed.map(({ from, transaction }) => ({ chainId, from, nonce: Number(transaction.nonce) })),
    order: { id: 'ASC' },
    lock: { mode: 'for_no_key_update' },
  });
}

/** Postgres ended the statement so that others may go on: a deadlock, a lock waited for too long, a serialization failure. */
function isInTheWay(error: unknown): boolean {
  const { code, driverError } = error as { code?: string; driverError?: { code?: string } };
  return ['40P01', '40001', '55P03', '57014'].includes(driverError?.code ?? code ?? '');
}

async function insert(
  manager: EntityManager,
  { chainId }: ChainConfig,
  { transaction, from, signer, blockNumber, blockTime }: SignedByUs,
  { purpose, subjectId, moved }: { purpose: Purpose; subjectId: string | null; moved: MovedByTransaction },
): Promise<string> {
  const id = uuidv7();
  const row = {
    id,
    chainId,
    purpose,
    subjectId,
    account: signer.kind,
    derivationIndex: signer.kind === 'deposit' ? signer.derivationIndex : null,
    from,
    nonce: Number(transaction.nonce),
    recipient: moved.recipient,
    tokenAddress: moved.tokenAddress,
    amount: moved.amount,
    state: 'sent' as const,
    signedAfterBlock: blockNumber - 1,
    sentAt: blockTime,
  };
  await manager.insert(OutgoingTransaction, row);
  await addAttempt(manager, row, 0, transaction);
  return id;
}

function movedBy({ transaction }: SignedByUs): MovedByTransaction {
  const moved = transferOf(transaction);
  if (moved === null) throw new Error(`${transaction.hash} is no transfer`);
  return moved;
}

/** Wei. */
function mostFeeOf({ transaction: { gas, maxFeePerGas, gasPrice } }: SignedByUs): bigint {
  return gas * (maxFeePerGas ?? gasPrice ?? 0n);
}

/** Bytes of ours that the chain shows. */
export async function addAttempt(
  manager: EntityManager,
  {
    id,
    chainId,
    amount,
    tokenAddress,
  }: Pick<OutgoingTransaction, 'id' | 'chainId' | 'amount' | 'tokenAddress'>,
  ordinal: number,
  transaction: RawTransaction,
): Promise<void> {
  const bytes = encodeTransaction(transaction);
  if (bytes === null) throw new Error(`transactions of type ${transaction.type} are not signed here`);
  const isNative = tokenAddress === null && transaction.input === '0x';
  const { maxFeePerGas, maxPriorityFeePerGas, gasPrice, type } = transaction;
  await manager.insert(OutgoingAttempt, {
    chainId,
    txHash: transaction.hash,
    outgoingId: id,
    ordinal,
    raw: hexlify(bytes),
    gasLimit: Number(transaction.gas),
    maxFeePerGas: maxFeePerGas ?? gasPrice ?? 0n,
    maxPriorityFeePerGas: type === 0 ? null : (maxPriorityFeePerGas ?? 0n),
    amount: isNative ? transaction.value : amount,
  });
}

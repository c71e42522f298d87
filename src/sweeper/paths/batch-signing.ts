import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type Authorization } from 'ethers';
import { DataSource, type EntityManager } from 'typeorm';
import { type SweepBatches } from '../../config/chains.js';
import { dataReserve, expectedPrice, feesFor } from '../../outgoing/fees.js';
import {
  batchGasLimit,
  expectedOf,
  expectedPartGas,
  gasEachOf,
  type PartGas,
  SHARED_GAS,
} from '../../outgoing/gas.js';
import { GasTank } from '../../outgoing/gas-tank.js';
import { type Round } from '../../outgoing/movers.js';
import { isAnyOpenFrom } from '../../outgoing/open-transactions.js';
import { OutgoingSigner, type Part } from '../../outgoing/outgoing-signer.js';
import { holdAddress } from '../../outgoing/outgoing.repository.js';
import { type FeeShare } from '../../outgoing/signing-rules.js';
import { unsignedBytes } from '../../outgoing/transaction-bytes.js';
import { batchOfStrangers, batchPayload } from '../planning/batch-payload.js';
import { type Obstacle } from '../planning/decide.js';
import { SweepStates } from '../sweep-states.js';
import { MostFee } from './most-fee.js';
import { type PayingPart, payTogether } from './pay-together.js';
import { type Due } from './sweep-path.js';
import { type Address, type ChainId, type TokenAddress } from '../../ids/ids.js';

/** A sweep that the token would let go now. */
export interface BatchPart extends Due, PartGas {
  tokenAddress: TokenAddress;
  /** Its address has not delegated yet. */
  isNew: boolean;
  /** What the node says is its address's next nonce. */
  nodeNonce: number;
}

type PaidPart = BatchPart & PayingPart;

/** What came of a batch: those that were to go and did not, and why. */
export interface SignedBatch {
  isSigned: boolean;
  waiting: { part: BatchPart; obstacle: Obstacle }[];
}

const TANK_LOW: Obstacle = { code: 'gas_tank_low', reason: 'the gas tank cannot pay for it: fill it up' };

/** Signs the gas tank's transaction that sweeps many. */
@Injectable()
export class BatchSigning {
  constructor(
    private readonly mostFee: MostFee,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly states: SweepStates,
    private readonly tank: GasTank,
    private readonly signer: OutgoingSigner,
  ) {}

  /**
   * Intent, nonces, authorizations and bytes: all of it is committed, or nothing, before any node hears of it.
   * @throws NotSignedError when something does not hold for any of them; RpcError
   */
  async sign(round: Round, { delegate }: SweepBatches, batch: readonly BatchPart[]): Promise<SignedBatch> {
    const { chain, quote } = round;
    const { chainId } = chain;
    const means = await this.tank.means(chain);
    if (means === null) return { isSigned: false, waiting: [] };
    const fees = feesFor(quote, false);
    const like = { size: batch.length, gasEach: gasEachOf(batch), gasLimit: batchGasLimit(batch), fees };
    const bytes = unsignedBytes(batchOfStrangers(chainId, delegate, like));
    const { roomy } = dataReserve(await chain.accounts.dataFee(bytes));
    const sharedWei = SHARED_GAS * expectedPrice(quote) + roomy;
    const { going, staying } = payTogether(await this.priced(round, batch), sharedWei);
    const waiting = staying.map(({ part, fee }) => ({ part, obstacle: tooDear(fee, part.mostFee) }));
    if (going.length === 0) return { isSigned: false, waiting };
    return this.dataSource.transaction(async (manager): Promise<SignedBatch> => {
      // In one order everywhere: the tank, then deposit addresses.
      await holdAddress(manager, chainId, means.address);
      const parts = await this.free(manager, chainId, going);
      if (parts.length === 0) return { isSigned: false, waiting };
      const gasLimit = batchGasLimit(parts);
      if (!(await this.tank.canPay(manager, chain, means, gasLimit * fees.maxFeePerGas, roomy))) {
        return {
          isSigned: false,
          waiting: [...waiting, ...parts.map((part) => ({ part, obstacle: TANK_LOW }))],
        };
      }
      const authorizations = await this.authorizations(manager, chainId, delegate, parts);
      const payload = batchPayload({
        chainId,
        delegate,
        sweeps: parts.map(({ sweep, tokenAddress, most }) => ({
          deposit: sweep.from,
          token: tokenAddress,
          amount: most,
        })),
        authorizations: [...authorizations.values()],
        gasEach: gasEachOf(parts),
        gasLimit,
        fees,
      });
      const outgoing = await this.signer.sign(manager, {
        ...payload,
        purpose: 'sweep',
        subjectId: null,
        account: { kind: 'gas_tank' },
        from: means.address,
        isDrain: false,
        nodeNonce: means.nodeNonce,
        parts: parts.map((one) => partOf(one, authorizations.get(one.sweep.from))),
        fee: feeOfAll(parts, sharedWei),
        balance: null,
      });
      for (const { sweep, final, most, isWhole, transferIds } of parts) {
        await this.states.sent(manager, sweep, {
          path: 'eip7702',
          amount: most,
          isComplete: isWhole && most === final,
          takenTransfers: transferIds,
          outgoingId: outgoing.id,
        });
      }
      return { isSigned: true, waiting };
    });
  }

  /** With what each is expected to cost now, and what it may. */
  private priced({ chain, quote }: Round, batch: readonly BatchPart[]): Promise<PaidPart[]> {
    const price = expectedPrice(quote);
    return Promise.all(
      batch.map(async (part) => {
        const gas = expectedPartGas(expectedOf(part.gas)) + part.authorizationGas;
        return { ...part, ownFee: gas * price, mostFee: await this.mostFee.of(chain, part.sweep, part.most) };
      }),
    );
  }

  /**
   * Those that nothing else is done with. An address that has anything on its way waits: what that does to its nonce is
   * not known, and an authorization with another one than its next is passed over by the chain.
   */
  private async free(
    manager: EntityManager,
    chainId: ChainId,
    batch: readonly PaidPart[],
  ): Promise<PaidPart[]> {
    const free: PaidPart[] = [];
    const sweeps = new Set(
      await this.states.free(
        manager,
        batch.map(({ sweep }) => sweep),
      ),
    );
    const inOrder = [...batch].sort((a, b) => (a.sweep.from < b.sweep.from ? -1 : 1));
    for (const one of inOrder.filter(({ sweep }) => sweeps.has(sweep))) {
      if (!(await isAnyOpenFrom(manager, chainId, one.sweep.from))) free.push(one);
    }
    return free;
  }

  /** By address, of those that have not delegated. */
  private async authorizations(
    manager: EntityManager,
    chainId: ChainId,
    delegate: Address,
    parts: readonly BatchPart[],
  ): Promise<Map<string, Authorization>> {
    const authorizations = new Map<string, Authorization>();
    for (const { sweep, nodeNonce } of parts.filter(({ isNew }) => isNew)) {
      const { from, derivationIndex } = sweep;
      const owner = { chainId, from, derivationIndex, nodeNonce };
      authorizations.set(from, await this.signer.authorize(manager, owner, delegate));
    }
    return authorizations;
  }
}

function partOf({ sweep, tokenAddress, most }: BatchPart, authorization: Authorization | undefined): Part {
  return {
    subjectId: sweep.id,
    from: sweep.from,
    recipient: sweep.treasury,
    tokenAddress,
    amount: most,
    authorizationNonce: authorization === undefined ? null : Number(authorization.nonce),
  };
}

/** Of the transaction: any fee where one of its parts may cost any. */
function feeOfAll(parts: readonly PayingPart[], sharedWei: bigint): FeeShare {
  const expected = parts.reduce((sum, { ownFee }) => sum + ownFee, sharedWei);
  const most = parts.map(({ mostFee }) => mostFee);
  const isAny = most.includes(null);
  return { expected, most: isAny ? null : most.reduce<bigint>((sum, one) => sum + (one ?? 0n), 0n) };
}

function tooDear(fee: bigint, most: bigint | null): Obstacle {
  return {
    code: 'fee_share',
    reason: `its fee is ${fee} wei by now, with its share of the batch, and may be ${most} (SWEEP_MAX_FEE_BPS)`,
  };
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type Authorization } from 'ethers';
import { DataSource, type EntityManager } from 'typeorm';
import { type Chain } from '../../chain/chain.js';
import { type SweepBatches } from '../../config/chains.js';
import { dataReserve, feesFor } from '../../outgoing/fees.js';
import { batchGasLimit, gasEachOf, type PartGas } from '../../outgoing/gas.js';
import { GasTank } from '../../outgoing/gas-tank.js';
import { type Round } from '../../outgoing/movers.js';
import { OutgoingSigner, type Part } from '../../outgoing/outgoing-signer.js';
import { isAnyOpenFrom } from '../../outgoing/open-transactions.js';
import { holdAddress } from '../../outgoing/outgoing.repository.js';
import { unsignedBytes } from '../../outgoing/transaction-bytes.js';
import { batchOfStrangers, batchPayload } from '../planning/batch-payload.js';
import { DailyLimits } from '../planning/daily-limits.js';
import { SweepStates } from '../sweep-states.js';
import { type Due } from './sweep-path.js';

/** A sweep that the token would let go now. */
export interface BatchPart extends Due, PartGas {
  tokenAddress: string;
  /** What the node says is its address's next nonce. */
  nodeNonce: number;
}

export type Signed = 'signed' | 'nothing' | 'gas_tank_low';

/** Signs the gas tank's transaction that sweeps many. */
@Injectable()
export class BatchSigning {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly states: SweepStates,
    private readonly limits: DailyLimits,
    private readonly tank: GasTank,
    private readonly signer: OutgoingSigner,
  ) {}

  /** Intent, nonces, authorizations and bytes: all of it is committed, or nothing, before any node hears of it. */
  async sign(
    { chain, extent, quote }: Round,
    { delegate }: SweepBatches,
    batch: readonly BatchPart[],
  ): Promise<Signed> {
    const means = await this.tank.means(chain);
    if (means === null) return 'nothing';
    const { chainId } = chain;
    const fees = feesFor(quote, false);
    const like = { size: batch.length, gasEach: gasEachOf(batch), gasLimit: batchGasLimit(batch), fees };
    const bytes = unsignedBytes(batchOfStrangers(chainId, delegate, like));
    const { roomy } = dataReserve(await chain.accounts.dataFee(bytes));
    return this.dataSource.transaction(async (manager): Promise<Signed> => {
      await this.holdLimits(manager, chain, batch);
      // In one order everywhere: the tank, then deposit addresses.
      await holdAddress(manager, chainId, means.address);
      const parts = await this.free(manager, chainId, batch);
      if (parts.length === 0) return 'nothing';
      const gasLimit = batchGasLimit(parts);
      if (!(await this.tank.canPay(manager, chain, means, gasLimit * fees.maxFeePerGas, roomy))) {
        return 'gas_tank_low';
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
      });
      for (const { sweep, final, most } of parts) {
        await this.states.sent(manager, sweep, {
          path: 'eip7702',
          amount: most,
          isComplete: most === final,
          takenAtBlock: extent.scanned.number,
          outgoingId: outgoing.id,
        });
      }
      return 'signed';
    });
  }

  private async holdLimits(manager: EntityManager, chain: Chain, batch: readonly BatchPart[]): Promise<void> {
    const sums = new Map<string, bigint>();
    for (const { tokenAddress, most } of batch) {
      sums.set(tokenAddress, (sums.get(tokenAddress) ?? 0n) + most);
    }
    const inOrder = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [token, sum] of inOrder) await this.limits.hold(manager, chain, token, sum);
  }

  /**
   * Those that nothing else is done with. An address that has anything on its way waits: what that does to its nonce is
   * not known, and an authorization with another one than its next is passed over by the chain.
   */
  private async free(
    manager: EntityManager,
    chainId: number,
    batch: readonly BatchPart[],
  ): Promise<BatchPart[]> {
    const free: BatchPart[] = [];
    const inOrder = [...batch].sort((a, b) => (a.sweep.from < b.sweep.from ? -1 : 1));
    for (const one of inOrder) {
      if (!(await this.states.isFree(manager, one.sweep))) continue;
      if (!(await isAnyOpenFrom(manager, chainId, one.sweep.from))) free.push(one);
    }
    return free;
  }

  /** By address, of those that have not delegated. */
  private async authorizations(
    manager: EntityManager,
    chainId: number,
    delegate: string,
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

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type Authorization } from 'ethers';
import { DataSource, type EntityManager } from 'typeorm';
import { ChainService } from '../../chain/chain.service.js';
import { type ChainConfig, type SweepBatches } from '../../config/chains.js';
import { delegationTo } from '../../outgoing/delegate/sweep-delegate.js';
import { dataReserve, feesFor } from '../../outgoing/fees.js';
import { GasTank, type Means } from '../../outgoing/gas-tank.js';
import { type Circumstances } from '../../outgoing/outgoing-follower.js';
import { OutgoingSigner, type Part } from '../../outgoing/outgoing-signer.js';
import { holdAddress, OutgoingRepository } from '../../outgoing/outgoing.repository.js';
import { Preparations } from '../../outgoing/preparation.js';
import { unsignedBytes } from '../../outgoing/transaction-bytes.js';
import { batchOfStrangers, batchPayload } from '../planning/batch-payload.js';
import { batchesOf, batchGasLimit, gasEachOf, type PartGas } from '../planning/batches.js';
import { DailyLimits } from '../planning/daily-limits.js';
import { DelegateCheck } from '../delegate/delegate-check.js';
import { sideBySide } from '../side-by-side.js';
import { type Due, type SweepPath } from '../planning/sweep-path.js';
import { SweepRows } from '../sweep-rows.js';

/** A sweep that the token would let go now. */
interface Ready extends Due, PartGas {
  tokenAddress: string;
  /** What the node says is its address's next nonce. */
  nodeNonce: number;
}

type Signing = 'signed' | 'nothing' | 'gas_tank_low';

/**
 * Tokens of many deposit addresses go in one transaction of the gas tank: each address has delegated to a contract that
 * pays the treasury (EIP-7702). Nothing is sent to them first.
 */
@Injectable()
export class BatchedTransfers implements SweepPath {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly chains: ChainService,
    private readonly rows: SweepRows,
    private readonly limits: DailyLimits,
    private readonly outgoing: OutgoingRepository,
    private readonly preparations: Preparations,
    private readonly tank: GasTank,
    private readonly signer: OutgoingSigner,
    private readonly delegates: DelegateCheck,
  ) {}

  async move(chain: ChainConfig, due: readonly Due[], circumstances: Circumstances): Promise<boolean> {
    const { batches } = chain.sweep;
    if (due.length === 0 || batches === undefined) return false;
    const obstacle = await this.delegates.obstacle(chain);
    if (obstacle !== null) {
      for (const { sweep } of due) await this.rows.wait(sweep, obstacle);
      return false;
    }
    const { done, failure } = await sideBySide(due, (one) => this.ready(chain, batches, one));
    const ready = done.filter((one) => one !== null);
    const blockGas = await this.chains.accounts(chain.name).blockGas();
    let hasSigned = false;
    for (const batch of batchesOf(ready, batches.size, blockGas)) {
      if (await this.send(chain, batches, batch, circumstances)) hasSigned = true;
    }
    if (failure !== null) throw failure;
    return hasSigned;
  }

  /** @returns null when it does not go. @throws RpcError */
  private async ready(
    chain: ChainConfig,
    { delegate }: SweepBatches,
    { sweep, final, most }: Due,
  ): Promise<Ready | null> {
    const { from, treasury: to, tokenAddress } = sweep;
    if (tokenAddress === null) return null;
    if (!this.delegates.pays(chain, to)) {
      const reason = 'the treasury is another one since it was planned: it is planned again';
      await this.rows.wait(sweep, { code: 'no_delegate', reason });
      return null;
    }
    const gas = await this.preparations.gasFor(chain, { from, to, tokenAddress, amount: most });
    if (typeof gas !== 'bigint') {
      await this.rows.fail(chain, sweep, gas.reason);
      return null;
    }
    const accounts = this.chains.accounts(chain.name);
    const [code, nodeNonce] = await Promise.all([accounts.code(from), accounts.nonce(from)]);
    return { sweep, final, most, gas, tokenAddress, nodeNonce, isNew: code !== delegationTo(delegate) };
  }

  private async send(
    chain: ChainConfig,
    batches: SweepBatches,
    batch: readonly Ready[],
    circumstances: Circumstances,
  ): Promise<boolean> {
    const means = await this.tank.means(chain);
    const signing = means === null ? 'nothing' : await this.sign(chain, batches, batch, circumstances, means);
    if (signing !== 'gas_tank_low') return signing === 'signed';
    const reason = 'the gas tank cannot pay for it: fill it up';
    for (const { sweep } of batch) await this.rows.wait(sweep, { code: signing, reason });
    return false;
  }

  /** Intent, nonces, authorizations and bytes: all of it is committed, or nothing, before any node hears of it. */
  private async sign(
    chain: ChainConfig,
    { delegate }: SweepBatches,
    batch: readonly Ready[],
    { extent, quote }: Circumstances,
    means: Means,
  ): Promise<Signing> {
    const { chainId } = chain;
    const fees = feesFor(quote, false);
    const like = { size: batch.length, gasEach: gasEachOf(batch), gasLimit: batchGasLimit(batch), fees };
    const bytes = unsignedBytes(batchOfStrangers(chainId, delegate, like));
    const { roomy } = dataReserve(await this.chains.accounts(chain.name).dataFee(bytes));
    return this.dataSource.transaction(async (manager): Promise<Signing> => {
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
        await this.rows.sent(manager, sweep, {
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

  private async holdLimits(
    manager: EntityManager,
    chain: ChainConfig,
    batch: readonly Ready[],
  ): Promise<void> {
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
  private async free(manager: EntityManager, chainId: number, batch: readonly Ready[]): Promise<Ready[]> {
    const free: Ready[] = [];
    const inOrder = [...batch].sort((a, b) => (a.sweep.from < b.sweep.from ? -1 : 1));
    for (const one of inOrder) {
      if (!(await this.rows.isFree(manager, one.sweep))) continue;
      if (!(await this.outgoing.isAnyOpenFrom(manager, chainId, one.sweep.from))) free.push(one);
    }
    return free;
  }

  /** By address, of those that have not delegated. */
  private async authorizations(
    manager: EntityManager,
    chainId: number,
    delegate: string,
    parts: readonly Ready[],
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

function partOf({ sweep, tokenAddress, most }: Ready, authorization: Authorization | undefined): Part {
  return {
    subjectId: sweep.id,
    from: sweep.from,
    recipient: sweep.treasury,
    tokenAddress,
    amount: most,
    authorizationNonce: authorization === undefined ? null : Number(authorization.nonce),
  };
}

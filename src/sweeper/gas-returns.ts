import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In } from 'typeorm';
import { type BlockId } from '../chain/accounts/chain-evidence.js';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { dataReserve, type Fees, feesFor, PLAIN_TRANSFER_GAS } from '../outgoing/fees.js';
import { GasTank } from '../outgoing/gas-tank.js';
import { type Circumstances } from '../outgoing/outgoing-follower.js';
import { OutgoingSigner } from '../outgoing/outgoing-signer.js';
import { holdAddress, OutgoingRepository } from '../outgoing/outgoing.repository.js';
import { type Payload, unsignedBytes } from '../outgoing/transaction-bytes.js';
import { DepositFunds } from '../payments/deposit-funds.js';
import { RefundsRepository } from '../refunds/refunds.repository.js';
import { Sweep } from './sweep.entity.js';
import { SweepsRepository } from './sweeps.repository.js';

const BATCH = 50;
/** What comes back must be worth so many times what it costs. */
const WORTH = 2n;

/** An address that was sent gas for a token's transfer, which has ended. */
interface Leftover {
  /** The sweep's or refund's. */
  subjectId: string;
  paymentId: string;
  from: string;
  derivationIndex: number;
  /** Of a refund its token: where some of that is left, its sweep takes the gas, or has it returned. */
  stillTaken: string | null;
}

/**
 * Brings gas that a token's sweep or refund left over back to the tank, where that is worth it: never more than was sent
 * for it and is still there after the last block scanned. What else lies there is a customer's, scanned or not.
 */
@Injectable()
export class GasReturns {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly chains: ChainService,
    private readonly sweeps: SweepsRepository,
    private readonly refunds: RefundsRepository,
    private readonly funds: DepositFunds,
    private readonly tank: GasTank,
    private readonly signer: OutgoingSigner,
    private readonly outgoing: OutgoingRepository,
  ) {}

  /** @returns whether anything was signed. @throws RpcError */
  async step(chain: ChainConfig, { quote, extent, isPaused }: Circumstances): Promise<boolean> {
    const { address: tank } = this.tank;
    if (isPaused || tank === null) return false;
    const fees = feesFor(quote, true);
    if (chain.sweep.maxGasPrice !== undefined && fees.maxFeePerGas > chain.sweep.maxGasPrice) return false;
    let hasSigned = false;
    const seen = new Set<string>();
    for (const leftover of await this.leftovers(chain)) {
      if (seen.has(leftover.from)) continue;
      seen.add(leftover.from);
      if (await this.settle(chain, leftover, tank, fees, extent.scanned)) hasSigned = true;
    }
    return hasSigned;
  }

  private async leftovers({ chainId }: ChainConfig): Promise<Leftover[]> {
    const [sweeps, refunds] = await Promise.all([
      this.sweeps.withGasLeft(chainId, BATCH),
      this.refunds.withGasLeft(chainId, BATCH),
    ]);
    return [
      ...sweeps.map((sweep) => ({ ...sweep, subjectId: sweep.id, stillTaken: null })),
      ...refunds.map((refund) => ({
        ...refund,
        subjectId: refund.id,
        from: refund.depositAddress,
        stillTaken: refund.tokenAddress,
      })),
    ];
  }

  private async settle(
    chain: ChainConfig,
    { subjectId, paymentId, from, derivationIndex, stillTaken }: Leftover,
    tank: string,
    fees: Fees,
    scanned: BlockId,
  ): Promise<boolean> {
    const { chainId } = chain;
    const accounts = this.chains.accounts(chain.name);
    const sent = await this.outgoing.gasLeftAt(this.dataSource.manager, chainId, from);
    const [shown, tokens, nodeNonce] = await Promise.all([
      accounts.balance(from, null, scanned.hash, sent),
      stillTaken === null ? 0n : accounts.balance(from, stillTaken, scanned.hash),
      this.signer.nodeNonce(chain, from),
    ]);
    const left = shown < sent ? shown : sent;
    const gasLimit = PLAIN_TRANSFER_GAS;
    const payload: Payload = { chainId, recipient: tank, tokenAddress: null, amount: left, gasLimit, fees };
    const { roomy } = dataReserve(await accounts.dataFee(unsignedBytes(payload)));
    const cost = gasLimit * fees.maxFeePerGas + roomy;
    return this.dataSource.transaction(async (manager) => {
      await holdAddress(manager, chainId, from);
      if ((await this.outgoing.gasLeftAt(manager, chainId, from)) !== sent) return false;
      if (await this.outgoing.isAnyOpenFrom(manager, chainId, from)) return false;
      const open = await this.sweeps.openAt(manager, chainId, [from]);
      const isBusy = open.some(({ state }) => state !== 'waiting');
      if (isBusy || (await this.refunds.openAmong([paymentId], manager)).size > 0) return false;
      await manager.update(
        Sweep,
        { chainId, from, state: In(['confirmed', 'failed']), isGasSettled: false },
        { isGasSettled: true },
      );
      await this.refunds.settleGas(manager, chainId, from);
      // A customer's money is among it: it all goes to the treasury.
      const isCustomers = await this.funds.hasNative(manager, chainId, from);
      if (isCustomers || tokens > 0n || left < cost * WORTH) return false;
      await this.signer.sign(manager, {
        ...payload,
        purpose: 'gas_return',
        subjectId,
        account: { kind: 'deposit', derivationIndex },
        from,
        amount: left - cost,
        isDrain: true,
        nodeNonce,
      });
      return true;
    });
  }
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In } from 'typeorm';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { dataReserve, type Fees, feesFor } from '../outgoing/fees.js';
import { GasTank } from '../outgoing/gas-tank.js';
import { type Circumstances } from '../outgoing/outgoing-follower.js';
import { OutgoingSigner } from '../outgoing/outgoing-signer.js';
import { holdAddress } from '../outgoing/outgoing.repository.js';
import { type Payload, unsignedBytes } from '../outgoing/transaction-bytes.js';
import { DepositFunds } from '../payments/deposit-funds.js';
import { RefundsRepository } from '../refunds/refunds.repository.js';
import { PLAIN_TRANSFER_GAS } from './sweep-costs.js';
import { Sweep } from './sweep.entity.js';
import { SweepsRepository } from './sweeps.repository.js';

const BATCH = 50;
/** What comes back must be worth so many times what it costs. */
const WORTH = 2n;

/** Brings gas that a token's sweep left over back to the tank, where that is worth it. */
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
  ) {}

  /** @returns whether anything was signed. @throws RpcError */
  async step(chain: ChainConfig, { quote, isPaused }: Circumstances): Promise<boolean> {
    const { address: tank } = this.tank;
    if (isPaused || tank === null) return false;
    const fees = feesFor(quote, true);
    if (chain.sweep.maxGasPrice !== undefined && fees.maxFeePerGas > chain.sweep.maxGasPrice) return false;
    let hasSigned = false;
    const seen = new Set<string>();
    for (const sweep of await this.sweeps.withGasLeft(chain.chainId, BATCH)) {
      if (seen.has(sweep.from)) continue;
      seen.add(sweep.from);
      if (await this.settle(chain, sweep, tank, fees)) hasSigned = true;
    }
    return hasSigned;
  }

  private async settle(chain: ChainConfig, sweep: Sweep, tank: string, fees: Fees): Promise<boolean> {
    const { chainId } = chain;
    const { from } = sweep;
    const accounts = this.chains.accounts(chain.name);
    const [left, nodeNonce] = await Promise.all([accounts.balance(from, null), accounts.nonce(from)]);
    const gasLimit = PLAIN_TRANSFER_GAS;
    const payload: Payload = { chainId, recipient: tank, tokenAddress: null, amount: left, gasLimit, fees };
    const { roomy } = dataReserve(await accounts.dataFee(unsignedBytes(payload)));
    const cost = gasLimit * fees.maxFeePerGas + roomy;
    return this.dataSource.transaction(async (manager) => {
      await holdAddress(manager, chainId, from);
      const open = await this.sweeps.openAt(manager, chainId, [from]);
      const isBusy = open.some(({ state }) => state !== 'waiting');
      if (isBusy || (await this.refunds.openAmong([sweep.paymentId], manager)).size > 0) return false;
      await manager.update(
        Sweep,
        { chainId, from, state: In(['confirmed', 'failed']), isGasSettled: false },
        { isGasSettled: true },
      );
      // A customer's money is among it: it all goes to the treasury.
      const isCustomers = await this.funds.hasNative(manager, chainId, from);
      if (isCustomers || left < cost * WORTH) return false;
      await this.signer.sign(manager, {
        ...payload,
        purpose: 'gas_return',
        subjectId: sweep.id,
        account: { kind: 'deposit', derivationIndex: sweep.derivationIndex },
        from,
        amount: left - cost,
        isDrain: true,
        nodeNonce,
      });
      return true;
    });
  }
}

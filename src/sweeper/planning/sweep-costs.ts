import { CallRevertedError, type GasQuote } from '../../chain/accounts/chain-accounts.js';
import { type Chain } from '../../chain/chain.js';
import { RpcError } from '../../chain/rpc/rpc-error.js';
import { delegationTo } from '../../outgoing/delegate/sweep-delegate.js';
import { transferData } from '../../outgoing/erc20.js';
import { dataReserve, expectedPrice, feesFor } from '../../outgoing/fees.js';
import { expectedPartGas, PLAIN_TRANSFER_GAS, SHARED_GAS, USUAL_TOKEN_GAS } from '../../outgoing/gas.js';
import { type Payload, unsignedBytes } from '../../outgoing/transaction-bytes.js';
import { authorizationGas } from './authorization-gas.js';
import { batchOfStrangers } from './batch-payload.js';
import { type SharedCost } from './decide.js';
import { batchesFor } from '../../outgoing/sweep-rules.js';
import { type Address, type Asset } from '../../ids/ids.js';

/** What a transfer takes: gas, and wei for publishing its bytes where the chain charges that. */
interface Cost {
  gas: bigint;
  dataFee: bigint;
}

/** What sweeps of a chain cost by today's gas price; the node is asked once for each asset. */
export class SweepCosts {
  private readonly known = new Map<string | null, Promise<Cost>>();
  private authorization: Promise<bigint> | undefined;

  constructor(
    private readonly chain: Chain,
    private readonly treasury: Address,
    private readonly quote: GasQuote,
    /** Hash of the last block scanned. */
    private readonly after: string,
  ) {}

  /** What each transaction costs that several share, besides what is each one's own. */
  shared(): SharedCost {
    const { batches } = this.chain.sweep;
    const wei = SHARED_GAS * expectedPrice(this.quote);
    return batches === undefined ? { size: 1, wei: 0n } : { size: batches.size, wei };
  }

  /**
   * In wei, the gas that has to be sent to the address first included; of one that shares a transaction what is its own.
   * @throws RpcError
   */
  async feeOf(from: Address, tokenAddress: Asset, amount: bigint): Promise<bigint> {
    const { gas, dataFee } = await this.once(tokenAddress, () => this.ask(from, tokenAddress, amount));
    if (tokenAddress === null) return gas * feesFor(this.quote, true).maxFeePerGas + dataFee;
    const price = expectedPrice(this.quote);
    const { accounts } = this.chain;
    const { batches } = this.chain.sweep;
    if (batches !== undefined) {
      const hasDelegated = (await accounts.code(from, this.after)) === delegationTo(batches.delegate);
      const authorization = hasDelegated ? 0n : await this.authorizationGas(batches.delegate);
      return (gas + authorization) * price + dataFee;
    }
    const own = await accounts.balance(from, null, this.after);
    const fee = gas * price + dataFee;
    if (own >= gas * feesFor(this.quote, false).maxFeePerGas + dataFee) return fee;
    const funding = await this.once('funding', async () => {
      const fundingGas = await this.fundingGas(from);
      return this.costOf(fundingGas, this.transfer(fundingGas, null, fee));
    });
    return fee + funding.gas * price + funding.dataFee;
  }

  private authorizationGas(delegate: Address): Promise<bigint> {
    return (this.authorization ??= authorizationGas(this.chain, this.treasury, delegate));
  }

  private once(key: string | null, ask: () => Promise<Cost>): Promise<Cost> {
    const known = this.known.get(key);
    if (known) return known;
    const asked = ask();
    this.known.set(key, asked);
    return asked;
  }

  private async ask(from: Address, tokenAddress: Asset, amount: bigint): Promise<Cost> {
    const gas = await this.gasOf(from, tokenAddress, amount);
    const batches = batchesFor(this.chain, tokenAddress);
    if (batches === undefined) {
      return this.costOf(gas, this.transfer(gas, tokenAddress, amount));
    }
    const { size, delegate } = batches;
    const fees = feesFor(this.quote, false);
    const own = expectedPartGas(gas);
    const gasLimit = SHARED_GAS + BigInt(size) * (own + (await this.authorizationGas(delegate)));
    const payload = batchOfStrangers(this.chain.chainId, delegate, { size, gasEach: gas, gasLimit, fees });
    const { dataFee } = await this.costOf(gas, payload);
    const share = (dataFee + BigInt(size) - 1n) / BigInt(size);
    return { gas: own, dataFee: share };
  }

  private async costOf(gas: bigint, payload: Payload): Promise<Cost> {
    const dataFee = await this.chain.accounts.dataFee(unsignedBytes(payload));
    return { gas, dataFee: dataReserve(dataFee).roomy };
  }

  private transfer(gasLimit: bigint, tokenAddress: Asset, amount: bigint): Payload {
    const { chainId } = this.chain;
    const fees = feesFor(this.quote, tokenAddress === null);
    // To any other address it costs the same.
    return { chainId, recipient: this.treasury, tokenAddress, amount, gasLimit, fees };
  }

  /** As the treasury would pay it, which may have nothing to try it with. */
  private async fundingGas(to: Address): Promise<bigint> {
    try {
      return await this.chain.accounts.estimateGas({ from: this.treasury, to, value: 1n });
    } catch (error) {
      if (error instanceof CallRevertedError || error instanceof RpcError) return PLAIN_TRANSFER_GAS;
      throw error;
    }
  }

  private async gasOf(from: Address, tokenAddress: Asset, amount: bigint): Promise<bigint> {
    const { accounts } = this.chain;
    try {
      return await (tokenAddress === null
        ? accounts.estimateGas({ from, to: this.treasury, value: 1n })
        : accounts.estimateGas({ from, to: tokenAddress, data: transferData(this.treasury, amount) }));
    } catch (error) {
      if (!(error instanceof CallRevertedError)) throw error;
      return tokenAddress === null ? PLAIN_TRANSFER_GAS : USUAL_TOKEN_GAS;
    }
  }
}

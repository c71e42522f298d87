import { Injectable } from '@nestjs/common';
import { CallRevertedError, type GasQuote } from '../chain/accounts/chain-accounts.js';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { saysNo, transferData } from './erc20.js';
import { dataReserve, type Fees, feesFor, feesWithin } from './fees.js';
import { unsignedBytes } from './transaction-bytes.js';

/** A token's gas may differ from the estimate with what happens before it: so much more, in per cent. */
const MARGIN_PERCENT = 10n;

export interface Transfer {
  from: string;
  to: string;
  /** Null: the native asset. */
  tokenAddress: string | null;
  amount: bigint;
}

export type Preparation =
  /** It can be signed: the address has what it takes. */
  | { state: 'ready'; gasLimit: bigint; fees: Fees }
  /** It lacks so many wei. */
  | { state: 'needs_gas'; missing: bigint }
  /** It would fail on the chain, and why. */
  | { state: 'refused'; reason: string };

export type DrainPreparation =
  /** `cost`: wei that have to stay behind of what is at the address. */
  { state: 'ready'; gasLimit: bigint; fees: Fees; cost: bigint } | Extract<Preparation, { state: 'refused' }>;

/** Finds out what a transfer takes, and whether it would succeed, before anything is signed for it. */
@Injectable()
export class Preparations {
  constructor(private readonly chains: ChainService) {}

  /** @throws RpcError */
  async of(chain: ChainConfig, quote: GasQuote, transfer: Transfer): Promise<Preparation> {
    const { from, to, tokenAddress, amount } = transfer;
    const gasLimit = await this.gasFor(chain, transfer);
    if (typeof gasLimit !== 'bigint') return gasLimit;
    const accounts = this.chains.accounts(chain.name);
    const wanted = feesFor(quote, false);
    const payload = { chainId: chain.chainId, recipient: to, tokenAddress, amount, gasLimit, fees: wanted };
    const [balance, dataFee] = await Promise.all([
      accounts.balance(from, null),
      accounts.dataFee(unsignedBytes(payload)),
    ]);
    const forFees = balance - (tokenAddress === null ? amount : 0n);
    const { least, roomy } = dataReserve(dataFee);
    const fees = forFees > least ? feesWithin(quote, (forFees - least) / gasLimit) : null;
    if (fees !== null) return { state: 'ready', gasLimit, fees };
    return { state: 'needs_gas', missing: gasLimit * wanted.maxFeePerGas + roomy - forFees };
  }

  /** Of a transfer of native money that its own fee comes out of. @throws RpcError */
  async ofDrain(
    chain: ChainConfig,
    quote: GasQuote,
    transfer: Omit<Transfer, 'tokenAddress'>,
  ): Promise<DrainPreparation> {
    const { to: recipient, amount } = transfer;
    const gasLimit = await this.gasFor(chain, { ...transfer, tokenAddress: null });
    if (typeof gasLimit !== 'bigint') return gasLimit;
    const fees = feesFor(quote, true);
    const { chainId } = chain;
    const bytes = unsignedBytes({ chainId, recipient, tokenAddress: null, amount, gasLimit, fees });
    const { roomy } = dataReserve(await this.chains.accounts(chain.name).dataFee(bytes));
    return { state: 'ready', gasLimit, fees, cost: gasLimit * fees.maxFeePerGas + roomy };
  }

  /** The gas to allow it; or why it would fail. @throws RpcError */
  async gasFor(
    chain: ChainConfig,
    { from, to, tokenAddress, amount }: Transfer,
  ): Promise<bigint | Extract<Preparation, { state: 'refused' }>> {
    const accounts = this.chains.accounts(chain.name);
    try {
      if (tokenAddress === null) {
        // A contract's own code may want more than the plain 21000.
        return await accounts.estimateGas({ from, to, value: 1n });
      }
      const call = { from, to: tokenAddress, data: transferData(to, amount) };
      if (saysNo(await accounts.call(call))) {
        return { state: 'refused', reason: `token ${tokenAddress} refuses the transfer: it returns false` };
      }
      return ((await accounts.estimateGas(call)) * (100n + MARGIN_PERCENT)) / 100n;
    } catch (error) {
      if (!(error instanceof CallRevertedError)) throw error;
      const what =
        tokenAddress === null ? `${to} refuses the money` : `token ${tokenAddress} refuses the transfer`;
      return { state: 'refused', reason: `${what}: it reverts ${error.message}` };
    }
  }
}

import { Injectable } from '@nestjs/common';
import { CallRevertedError, type GasQuote } from '../chain/chain-accounts.js';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { saysNo, transferData } from './erc20.js';
import { type Fees, feesFor, feesWithin } from './fees.js';

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

/** Finds out what a transfer takes, and whether it would succeed, before anything is signed for it. */
@Injectable()
export class Preparations {
  constructor(private readonly chains: ChainService) {}

  /** @throws RpcError */
  async of(chain: ChainConfig, quote: GasQuote, transfer: Transfer): Promise<Preparation> {
    const { from, tokenAddress, amount } = transfer;
    const gasLimit = await this.gasFor(chain, transfer);
    if (typeof gasLimit !== 'bigint') return gasLimit;
    const balance = await this.chains.accounts(chain.name).balance(from, null);
    const forGas = balance - (tokenAddress === null ? amount : 0n);
    const fees = forGas > 0n ? feesWithin(quote, forGas / gasLimit) : null;
    if (fees !== null) return { state: 'ready', gasLimit, fees };
    return { state: 'needs_gas', missing: gasLimit * feesFor(quote, false).maxFeePerGas - forGas };
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

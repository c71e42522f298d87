import { Injectable } from '@nestjs/common';
import { type GasQuote } from '../../chain/accounts/chain-accounts.js';
import { type ChainConfig } from '../../config/chains.js';
import { feesFor } from '../../outgoing/fees.js';
import { type UnsweptDeposit } from '../../payments/deposit-funds.js';
import { RefundsRepository } from '../../refunds/refunds.repository.js';
import { type Obstacle } from './decide.js';
import { retryAt } from './sweeping.js';
import { SweepsRepository } from '../sweeps.repository.js';

/** What keeps money where it is, whatever it is worth. */
@Injectable()
export class Obstacles {
  constructor(
    private readonly sweeps: SweepsRepository,
    private readonly refunds: RefundsRepository,
  ) {}

  /** @param isForced earlier failures are no obstacle; everything else is */
  async of(
    chain: ChainConfig,
    quote: GasQuote,
    deposits: readonly UnsweptDeposit[],
    isForced: boolean,
  ): Promise<(deposit: UnsweptDeposit) => Obstacle | null> {
    const [control, refunded, failures] = await Promise.all([
      this.sweeps.control(),
      this.refunds.openAmong(deposits.map(({ paymentId }) => paymentId)),
      this.sweeps.failures(
        chain.chainId,
        deposits.map(({ address }) => address),
      ),
    ]);
    const ofAll = control.isPaused ? pausedFor(control.reason) : dearGas(chain, quote);
    return (deposit) => {
      if (ofAll !== null) return ofAll;
      if (refunded.has(deposit.paymentId))
        return { code: 'refund', reason: 'a refund of the payment is under way' };
      const failed = failures.find(
        ({ from, tokenAddress }) => from === deposit.address && tokenAddress === deposit.tokenAddress,
      );
      return failed && !isForced ? failedBefore(failed) : null;
    };
  }
}

function pausedFor(reason: string | null): Obstacle {
  return { code: 'paused', reason: `sweeping is paused${reason === null ? '' : `: ${reason}`}` };
}

/** Null: gas costs no more than the operator would pay. */
export function dearGas(chain: ChainConfig, quote: GasQuote): Obstacle | null {
  const { maxGasPrice } = chain.sweep;
  const { maxFeePerGas } = feesFor(quote, false);
  if (maxGasPrice === undefined || maxFeePerGas <= maxGasPrice) return null;
  return { code: 'gas_price', reason: `gas costs ${maxFeePerGas} wei, and max_gas_price is ${maxGasPrice}` };
}

function failedBefore({ failures, lastAt }: { failures: number; lastAt: Date }): Obstacle | null {
  const at = retryAt(failures, lastAt);
  if (at !== null && at <= new Date()) return null;
  const next =
    at === null
      ? 'it is tried again only when asked for (quittance sweep run --payment … --force)'
      : `it is tried again at ${at.toISOString()}`;
  return { code: 'failed_before', reason: `it failed ${failures} times in a row; ${next}` };
}

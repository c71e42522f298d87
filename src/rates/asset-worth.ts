import { Injectable, Logger } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { type Asset } from '../ids/ids.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { isRefusal } from './judge.js';
import { RecordedRates } from './recorded-rates.js';
import { steadyMs } from '../process/steady-time.js';

type PricedChain = Pick<ChainConfig, 'name' | 'native' | 'tokens'>;

const REMIND_MS = 24 * 60 * 60_000;

/** What an amount is worth in its chain's native asset, to compare fees with. */
@Injectable()
export class AssetWorth {
  private readonly logger = new Logger(AssetWorth.name);
  private readonly complaints = new RepeatedMessage(REMIND_MS);

  constructor(private readonly rates: RecordedRates) {}

  /**
   * By the rates of now, as any process has recorded them; where nobody can say, by `native_value` of chains.yaml, which
   * is written to the log.
   * @param manager of the transaction that the caller is in; null: of none
   * @param amount base units of the asset
   * @returns wei, rounded down; null: nobody has said
   */
  async inWei(
    manager: EntityManager | null,
    chain: PricedChain,
    tokenAddress: Asset,
    amount: bigint,
  ): Promise<bigint | null> {
    if (tokenAddress === null) return amount;
    const token = chain.tokens.find(({ address }) => address === tokenAddress);
    if (token === undefined) return null;
    const byHand = typedValue(token.sweep?.nativeValue, amount, token.decimals);
    const book = await this.rates.now(manager);
    if (book === null) return byHand;
    const { native } = chain;
    const rate = book.rate(token.rate ?? token.symbol, native.rate ?? native.symbol);
    if (isRefusal(rate)) {
      if (byHand !== null) this.tell(chain.name, token.symbol, rate.reason);
      return byHand;
    }
    const { numerator, denominator } = rate.value;
    return (
      (amount * numerator * 10n ** BigInt(native.decimals)) / (denominator * 10n ** BigInt(token.decimals))
    );
  }

  private tell(chain: string, token: string, reason: string): void {
    if (!this.complaints.isDue(`${chain}/${token}`, 'by hand', steadyMs())) return;
    this.logger.warn(
      { chain, token, reason },
      'fees of this token are compared with native_value of chains.yaml, since there is no rate',
    );
  }
}

function typedValue(nativeValue: bigint | undefined, amount: bigint, decimals: number): bigint | null {
  return nativeValue === undefined ? null : (amount * nativeValue) / 10n ** BigInt(decimals);
}

import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AuthService } from '../auth/auth.service.js';
import { returnUrlAt } from '../auth/shop-origins.js';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { DepositAddresses } from '../wallet/deposit-addresses.js';
import { parseAmount } from './amount.js';
import { type CreatePaymentDto } from './dto/create-payment.dto.js';
import { type Asked, askedFields, type AskedOption } from './asked.js';
import { PaymentsRepository, type Statements } from './payments.repository.js';
import { type Payment } from './payment.entity.js';
import {
  AmountOrPriceError,
  ChainRefusedError,
  ReturnUrlRefusedError,
  TokenNotOfferedError,
  UnknownChainError,
} from './payment.errors.js';
import { type NamedAsset } from './named-asset.js';
import { newPageToken } from './pay-page.js';
import { PriceRequests } from './price-requests.js';
import { databaseClock } from '../database/database-clock.js';

const MINUTE_MS = 60_000;

/** From what a merchant asks for to the payment it makes. */
@Injectable()
export class PaymentRequests {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly chains: ChainService,
    private readonly addresses: DepositAddresses,
    private readonly merchants: AuthService,
    private readonly prices: PriceRequests,
    private readonly payments: PaymentsRepository,
  ) {}

  /**
   * @throws UnknownChainError, ChainRefusedError, TokenNotOfferedError, AmountOrPriceError, ReturnUrlRefusedError; with a price, what
   * `PriceRequests` throws
   */
  async asked(merchantId: string, dto: CreatePaymentDto): Promise<Asked> {
    const urls = await this.urlsOf(merchantId, dto);
    return { ...(await this.askedOf(merchantId, dto)), urls };
  }

  /** @throws ReturnUrlRefusedError where one leads elsewhere than to the merchant's shop */
  async urlsOf(
    merchantId: string,
    dto: Pick<CreatePaymentDto, 'success_url' | 'cancel_url'>,
  ): Promise<Asked['urls']> {
    const given = [dto.success_url ?? null, dto.cancel_url ?? null] as const;
    if (given[0] === null && given[1] === null) return NO_URLS;
    const origins = await this.merchants.shopOriginsOf(merchantId);
    const [successUrl, cancelUrl] = given.map((text, index) => {
      if (text === null) return null;
      const read = returnUrlAt(text, origins);
      if ('url' in read) return read.url;
      throw new ReturnUrlRefusedError(index === 0 ? 'success_url' : 'cancel_url', read.problem);
    });
    return { successUrl: successUrl ?? null, cancelUrl: cancelUrl ?? null };
  }

  private async askedOf(merchantId: string, dto: CreatePaymentDto): Promise<Omit<Asked, 'urls'>> {
    const { price = null, accept = null } = dto;
    if (price === null) {
      if (accept !== null) throw new AmountOrPriceError('accept');
      const amount = parseAmount(dto.amount) as bigint;
      return { price, options: [{ ...(await this.assetOf(dto)), amount, rate: null }], unavailable: [] };
    }
    const extra = (['chain', 'amount', 'token_id'] as const).find((field) => (dto[field] ?? null) !== null);
    if (extra !== undefined) throw new AmountOrPriceError(extra);
    return this.prices.asked(merchantId, { price, accept });
  }

  private async assetOf(dto: CreatePaymentDto): Promise<Pick<AskedOption, 'chain' | 'asset'>> {
    const name = dto.chain as string;
    const chain = this.chains.find(name);
    if (!chain) throw new UnknownChainError(name, this.chains.all());
    const status = this.chains.status(chain.name);
    if (status.state === 'refused') {
      this.lookAgain(chain);
      throw new ChainRefusedError(chain.name, status.reasons);
    }
    const id = dto.token_id ?? null;
    if (id === null) return { chain, asset: nativeOf(chain) };
    const token = await this.chains.findToken(id);
    if (!token) throw new TokenNotOfferedError(id, 'is not known here');
    if (token.chainId !== chain.chainId)
      throw new TokenNotOfferedError(id, `is not on chain "${chain.name}"`);
    if (!token.enabled) throw new TokenNotOfferedError(id, 'is disabled');
    const problem = this.chains.tokenProblem(chain, token.address);
    if (problem !== null) {
      this.lookAgain(chain);
      throw new TokenNotOfferedError(id, `is out of service: ${problem.reason}`);
    }
    return { chain, asset: token };
  }

  /** For the next request, which the fix of a contract or a node may let pass. It never fails. */
  private lookAgain({ name }: ChainConfig): void {
    void this.chains.check(name);
  }

  /**
   * From when a payment has its time: now; with a dev chain of ours whose clock was moved forward, from the time there, since
   * every block to come would be past its end already.
   */
  private async beginningOf(statements: Statements, now: Date, { chain }: AskedOption): Promise<Date> {
    if (this.settings.devChainPayer === null) return now;
    const time = await this.payments.scannedTime(statements, chain.chainId);
    return time !== null && time > now ? time : now;
  }

  /**
   * A payment that is not saved yet, with a deposit address that no other payment will ever have.
   */
  async paymentFor(
    statements: Statements,
    merchantId: string,
    dto: CreatePaymentDto,
    { price, options, unavailable, urls }: Asked,
  ): Promise<Payment> {
    const [deposit, underpaymentToleranceBps] = await Promise.all(
      statements === 'shared'
        ? [this.addresses.next(), this.merchants.toleranceOf(merchantId)]
        : [this.addresses.nextIn(statements), this.merchants.toleranceIn(statements, merchantId)],
    );
    const createdAt = databaseClock.now();
    const expiresInMs = (dto.expires_in_minutes ?? this.settings.paymentExpiryMinutes) * MINUTE_MS;
    const begins = await this.beginningOf(statements, createdAt, options[0] as AskedOption);
    const expiresAt = new Date(begins.getTime() + expiresInMs);
    return {
      id: uuidv7(),
      merchantId,
      ...askedFields(options[0] as AskedOption),
      address: deposit.address,
      depositScheme: deposit.scheme,
      depositParameters: deposit.parameters,
      derivationIndex: deposit.derivationIndex,
      priceAmount: price?.amount ?? null,
      priceCurrency: price?.currency ?? null,
      priceDecimals: price?.decimals ?? null,
      priceChain: price?.asset?.chain ?? null,
      unavailable: price && unavailable,
      chosenOption: null,
      underpaymentToleranceBps,
      amountReceived: 0n,
      amountConfirmed: 0n,
      status: 'pending',
      exception: null,
      confirmations: 0,
      detectedInBlock: null,
      pageToken: newPageToken(),
      successUrl: urls.successUrl,
      cancelUrl: urls.cancelUrl,
      linkId: null,
      linkAnswers: null,
      linkSite: null,
      reference: dto.reference ?? null,
      metadata: dto.metadata ?? null,
      version: 1,
      expiresAt,
      createdAt,
      detectedAt: null,
      confirmedAt: null,
      settledAt: null,
      cancelledAt: null,
      failedAt: null,
    };
  }
}

const NO_URLS = { successUrl: null, cancelUrl: null };

function nativeOf({ native: { symbol, decimals } }: ChainConfig): NamedAsset {
  return { id: null, address: null, symbol, decimals };
}

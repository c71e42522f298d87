import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AuthService } from '../auth/auth.service.js';
import { ChainService } from '../chain/chain.service.js';
import { confirmationsOf, requiredConfirmations } from '../chain/confirmations.js';
import { type Token } from '../chain/tokens/token.entity.js';
import { type ChainConfig } from '../config/chains.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { DepositAddresses } from '../wallet/deposit-addresses.js';
import { parseAmount } from './amount.js';
import { type CreatePaymentDto } from './dto/create-payment.dto.js';
import { type NamedAsset } from './named-asset.js';
import { type Statements } from './payments.repository.js';
import { type Payment } from './payment.entity.js';
import { ChainRefusedError, TokenNotOfferedError, UnknownChainError } from './payment.errors.js';

const MINUTE_MS = 60_000;

export interface Asset {
  chain: ChainConfig;
  /** Null: the chain's native asset. */
  token: Token | null;
}

/** As views call it. */
export function namedAsset({ chain, token }: Asset): NamedAsset {
  return token ?? { id: null, address: null, ...chain.native };
}

/** From what a merchant asks for to the payment it makes. */
@Injectable()
export class PaymentRequests {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly chains: ChainService,
    private readonly addresses: DepositAddresses,
    private readonly merchants: AuthService,
  ) {}

  /** @throws UnknownChainError, ChainRefusedError, TokenNotOfferedError */
  async assetOf(dto: CreatePaymentDto): Promise<Asset> {
    const chain = this.chains.find(dto.chain);
    if (!chain) {
      throw new UnknownChainError(
        dto.chain,
        this.chains.all().map(({ name }) => name),
      );
    }
    const status = this.chains.status(chain.name);
    if (status.state === 'refused') {
      this.lookAgain(chain);
      throw new ChainRefusedError(chain.name, status.reasons);
    }
    const id = dto.token_id ?? null;
    if (id === null) return { chain, token: null };
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
    return { chain, token };
  }

  /** For the next request, which the fix of a contract or a node may let pass. It never fails. */
  private lookAgain({ name }: ChainConfig): void {
    void this.chains.check(name);
  }

  /**
   * A payment that is not saved yet, with a deposit address that no other payment will ever have.
   */
  async paymentFor(
    statements: Statements,
    merchantId: string,
    dto: CreatePaymentDto,
    { chain, token }: Asset,
  ): Promise<Payment> {
    const [deposit, underpaymentToleranceBps] = await Promise.all(
      statements === 'shared'
        ? [this.addresses.next(), this.merchants.toleranceOf(merchantId)]
        : [this.addresses.nextIn(statements), this.merchants.toleranceIn(statements, merchantId)],
    );
    const createdAt = new Date();
    const expiresInMs = (dto.expires_in_minutes ?? this.settings.paymentExpiryMinutes) * MINUTE_MS;
    const expiresAt = new Date(createdAt.getTime() + expiresInMs);
    const amount = parseAmount(dto.amount) as bigint;
    return {
      id: uuidv7(),
      merchantId,
      chainId: chain.chainId,
      chain: chain.name,
      tokenId: token?.id ?? null,
      address: deposit.address,
      depositScheme: deposit.scheme,
      depositParameters: deposit.parameters,
      derivationIndex: deposit.derivationIndex,
      amount,
      priceAmount: null,
      priceCurrency: null,
      priceDecimals: null,
      priceChain: null,
      unavailable: null,
      chosenOption: null,
      underpaymentToleranceBps,
      amountReceived: 0n,
      amountConfirmed: 0n,
      status: 'pending',
      exception: null,
      confirmations: 0,
      requiredConfirmations: requiredConfirmations(confirmationsOf(chain, token?.address ?? null), amount),
      detectedInBlock: null,
      reference: dto.reference ?? null,
      metadata: dto.metadata ?? null,
      version: 1,
      expiresAt,
      createdAt,
      detectedAt: null,
      confirmedAt: null,
      settledAt: null,
      cancelledAt: null,
    };
  }
}

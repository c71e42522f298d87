import { Controller, Get, Header, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Public } from '../auth/scopes.js';
import { NotFoundError } from '../http/problem.js';
import { PublicLimits } from '../http/public-limits.js';
import { priceText } from './page/build-page-view.js';
import { pagePath } from './page/page-path.js';
import { PageRenderer } from './page-renderer.js';
import { PagesService } from './pages.service.js';
import { type Receipt, receiptOf } from './receipt.js';
import { type PublicJwk, ReceiptSigner } from './receipt-signer.js';

/** By whoever has the page alone, and not for long: a refund changes it. */
const CACHED = 'private, max-age=60';

class NoReceiptYetError extends NotFoundError {
  constructor() {
    super('there is no receipt yet: the payment is not complete; ask again when it is');
  }
}

/** What a customer keeps of a payment, and what anybody verifies it by. */
@ApiExcludeController()
@Public()
@Controller()
export class ReceiptsController {
  constructor(
    private readonly pages: PagesService,
    private readonly renderer: PageRenderer,
    private readonly signer: ReceiptSigner,
    private readonly limits: PublicLimits,
  ) {}

  /** As a set of JWK (RFC 7517), the newest first. */
  @Get('.well-known/quittance-receipt-keys.json')
  @Header('cache-control', 'public, max-age=300')
  async keys(@Req() { ip }: FastifyRequest): Promise<{ keys: PublicJwk[] }> {
    this.limits.spendOfAddress('keys', ip);
    return { keys: await this.signer.publicKeys() };
  }

  @Get('pay/:token/receipt')
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('token') token: string) {
    await this.renderer.answer(request, reply, async (language) => {
      const { receipt, payment, merchant, brand, shopOrigins } = await this.receipt(token, request.ip);
      if (receipt === null) {
        const shop = { merchant, brand, shopOrigins, payPath: pagePath(token, language) };
        return this.renderer.notice(reply, 404, 'receipt_unpaid', language, shop);
      }
      const jws = await this.signer.sign(receipt);
      const price = priceText(payment, language.code);
      this.renderer.receipt(reply, language, receipt, { token, jws, brand, price, shopOrigins }, CACHED);
    });
  }

  @Get('pay/:token/receipt.json')
  @Header('cache-control', CACHED)
  async json(
    @Req() request: FastifyRequest,
    @Param('token') token: string,
  ): Promise<{ receipt: Receipt; jws: string }> {
    const { receipt } = await this.receipt(token, request.ip);
    if (receipt === null) throw new NoReceiptYetError();
    return { receipt, jws: await this.signer.sign(receipt) };
  }

  /** Null while it is not paid. @throws NoSuchPageError, TooManyPageRequestsError */
  private async receipt(token: string, address: string) {
    const page = await this.pages.find(token, address, 'page');
    const { payment, merchant, brand, shopOrigins } = await this.pages.state(page);
    return { receipt: receiptOf(payment, merchant), payment, merchant, brand, shopOrigins };
  }
}

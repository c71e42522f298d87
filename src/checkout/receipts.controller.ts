import { Controller, Get, Header, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Public } from '../auth/scopes.js';
import { PageRenderer } from './page-renderer.js';
import { NoSuchPageError, PagesService } from './pages.service.js';
import { type Receipt, receiptOf } from './receipt.js';
import { type PublicJwk, ReceiptSigner } from './receipt-signer.js';

/** By whoever has the page alone, and not for long: a refund changes it. */
const CACHED = 'private, max-age=60';

/** What a customer keeps of a payment, and what anybody verifies it by. */
@ApiExcludeController()
@Public()
@Controller()
export class ReceiptsController {
  constructor(
    private readonly pages: PagesService,
    private readonly renderer: PageRenderer,
    private readonly signer: ReceiptSigner,
  ) {}

  /** As a set of JWK (RFC 7517), the newest first. */
  @Get('.well-known/quittance-receipt-keys.json')
  @Header('cache-control', 'public, max-age=300')
  async keys(): Promise<{ keys: PublicJwk[] }> {
    return { keys: await this.signer.publicKeys() };
  }

  @Get('pay/:token/receipt')
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('token') token: string) {
    await this.renderer.answer(request, reply, async (language) => {
      const { receipt, brand, shopOrigins } = await this.receipt(token, request.ip);
      const jws = await this.signer.sign(receipt);
      this.renderer.receipt(reply, language, receipt, { token, jws, brand, shopOrigins }, CACHED);
    });
  }

  @Get('pay/:token/receipt.json')
  @Header('cache-control', CACHED)
  async json(
    @Req() request: FastifyRequest,
    @Param('token') token: string,
  ): Promise<{ receipt: Receipt; jws: string }> {
    const { receipt } = await this.receipt(token, request.ip);
    return { receipt, jws: await this.signer.sign(receipt) };
  }

  /** @throws NoSuchPageError also while it is not paid */
  private async receipt(token: string, address: string) {
    const page = await this.pages.find(token, address, 'page');
    const { payment, merchant, brand, shopOrigins } = await this.pages.state(page);
    const receipt = receiptOf(payment, merchant);
    if (receipt === null) throw new NoSuchPageError();
    return { receipt, brand, shopOrigins };
  }
}

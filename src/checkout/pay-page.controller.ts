import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Public } from '../auth/scopes.js';
import { LivePages, STREAM_HEADERS } from './live-pages.js';
import { pagePath } from './page/page-path.js';
import { PageRenderer } from './page-renderer.js';
import { PagesService } from './pages.service.js';
import { ShopReturns } from './shop-returns.js';

/** What a paying customer sees. Whoever has a page's address may see it, and nobody else knows that it is there. */
@ApiExcludeController()
@Public()
@Controller('pay/:token')
export class PayPageController {
  constructor(
    private readonly pages: PagesService,
    private readonly renderer: PageRenderer,
    private readonly live: LivePages,
    private readonly returns: ShopReturns,
  ) {}

  @Get()
  async page(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('token') token: string,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    await this.renderer.answer(request, reply, async (language) => {
      const page = await this.pages.find(token, request.ip, 'page');
      await this.renderer.payPage(reply, language, await this.pages.state(page), query);
    });
  }

  /**
   * The payment's version, whenever anything has changed that the page shows. Who says what it shows already
   * (Last-Event-ID, or `?shown=` with the mark of its copy) is told at once only if that is not how it stands.
   */
  @Get('events')
  async events(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('token') token: string,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    const { paymentId } = await this.pages.find(token, request.ip, 'events');
    // Of a head without a body nobody sees the end, nor that its reader is gone.
    if (request.method === 'HEAD') return void reply.headers(STREAM_HEADERS).send();
    const { 'last-event-id': lastId } = request.headers;
    await this.live.open(reply.raw, { paymentId, ip: request.ip, shown: query.shown, lastId });
    reply.hijack();
  }

  /** To the shop, when it is paid. */
  @Get('return')
  return(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('token') token: string) {
    return this.lead(request, reply, token, 'success');
  }

  /** To the shop, when it is not. */
  @Get('cancel')
  cancel(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('token') token: string) {
    return this.lead(request, reply, token, 'cancel');
  }

  private async lead(
    request: FastifyRequest,
    reply: FastifyReply,
    token: string,
    way: 'success' | 'cancel',
  ): Promise<void> {
    await this.renderer.answer(request, reply, async (language) => {
      const page = await this.pages.find(token, request.ip, 'page');
      const location = (await this.returns.urlFor(page, way)) ?? pagePath(token, language);
      this.renderer.redirect(reply, location);
    });
  }
}

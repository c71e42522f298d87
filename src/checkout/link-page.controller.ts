import { Body, Controller, Get, HttpCode, Logger, Param, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Public } from '../auth/scopes.js';
import { siteOf } from '../http/caller.js';
import { RowBusyError } from '../http/in-turn.js';
import { DomainError, ValidationFailedError } from '../http/problem.js';
import { readAnswers } from '../payment-links/answers.js';
import { typedAmount } from '../payment-links/link-price.js';
import { LinkNonces } from '../payment-links/link-nonces.js';
import { type LinkState, LinkVisits } from '../payment-links/link-visits.js';
import { LinkClosedError } from '../payment-links/payment-link.errors.js';
import { linkPageView } from './link-page-view.js';
import { pageBrand } from './page/brand.js';
import { pagePath } from './page/page-path.js';
import { type PageLanguage } from './page/texts.js';
import { PageRenderer } from './page-renderer.js';
import { NoSuchPageError } from './pages.service.js';
import { PublicLimits } from '../http/public-limits.js';

/**
 * Whether another site's page has sent the form, with a nonce that it has fetched itself: the visitor is shown ours first.
 * Origin says nothing here, since pages without a referrer send "null" (Fetch, section 3.2).
 */
function isOfAnotherSite({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
}

/** The pages of payment links. Opening one makes nothing: a payment is made when its form is sent. */
@ApiExcludeController()
@Public()
@Controller('l/:token')
export class LinkPageController {
  private readonly logger = new Logger(LinkPageController.name);

  constructor(
    private readonly links: LinkVisits,
    private readonly nonces: LinkNonces,
    private readonly limits: PublicLimits,
    private readonly renderer: PageRenderer,
  ) {}

  @Get()
  async page(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('token') token: string,
  ): Promise<void> {
    await this.renderer.answer(request, reply, async (language) => {
      const state = await this.find(token, request.ip);
      if (state.closed !== null) return this.closed(reply, language, state, state.closed);
      const view = linkPageView(state, language.code, this.nonces.issue(state.link));
      this.renderer.linkPage(reply, 200, language, view, state.shopOrigins);
    });
  }

  /** Sent twice, it leads to the same payment. */
  @Post()
  @HttpCode(303)
  async pay(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('token') token: string,
    @Body() body: unknown,
  ): Promise<void> {
    await this.renderer.answer(request, reply, async (language) => {
      const state = await this.find(token, request.ip);
      const form = body instanceof URLSearchParams ? body : new URLSearchParams();
      const { link } = state;
      const nonce = isOfAnotherSite(request) ? null : this.nonces.read(form.get('nonce') ?? '', link);
      const amount = link.price.amount ?? typedAmount(form.get('amount') ?? '');
      const amountProblem = link.price.amount === null ? this.links.amountProblem(state, amount) : null;
      const answers = readAnswers(
        link.fields,
        link.fields.map((_field, index) => form.get(`answer-${index}`) ?? ''),
      );
      const isGood = amountProblem === null && answers.every(({ problem }) => problem === null);
      if (nonce === null || !isGood) {
        if (state.closed !== null) return this.closed(reply, language, state, state.closed);
        const given = { amount, amountProblem, answers, isStale: nonce === null };
        const view = linkPageView(state, language.code, this.nonces.issue(link), given);
        return this.renderer.linkPage(reply, 422, language, view, state.shopOrigins);
      }
      this.limits.spend('link', request.ip, token);
      this.limits.spend('links', request.ip, token);
      const admit = () => this.limits.spend('piece', request.ip, token);
      try {
        const made = await this.links.pay(state, { amount, answers, nonce, site: siteOf(request.ip), admit });
        this.renderer.redirect(reply, pagePath(made, language));
      } catch (error) {
        if (error instanceof LinkClosedError) return this.closed(reply, language, state, error.reason);
        if (error instanceof RowBusyError) return this.closed(reply, language, state, 'busy');
        const isEarly = error instanceof DomainError && error.code === 'rates_not_read_yet';
        if (!isEarly && !(error instanceof ValidationFailedError)) throw error;
        this.logger.warn({ link_id: link.id, reason: error.message }, 'a payment link made no payment');
        this.renderer.notice(reply, isEarly ? 503 : 422, 'link_unpriced', language, shopOf(state));
      }
    });
  }

  /** By one look-up, whatever was asked for. @throws NoSuchPageError, TooManyPageRequestsError */
  private async find(token: string, address: string): Promise<LinkState> {
    this.limits.spendOfAddress('link_page', address);
    const state = await this.links.find(token);
    if (state) return state;
    this.limits.spendOfAddress('missing', address);
    throw new NoSuchPageError();
  }

  private async closed(
    reply: FastifyReply,
    language: PageLanguage,
    state: LinkState,
    reason: LinkClosedError['reason'],
  ): Promise<void> {
    const paid = reason === 'sold_out' ? await this.links.paidBy(state.link) : null;
    if (paid !== null) return this.renderer.redirect(reply, pagePath(paid, language));
    const status = reason === 'busy' ? 429 : 410;
    this.renderer.notice(reply, status, `link_${reason}`, language, shopOf(state));
  }
}

/** Whoever comes too late still sees whose page it is, and whom to ask. */
function shopOf({ merchant, brand, shopOrigins }: LinkState) {
  return { merchant, brand: pageBrand(brand), shopOrigins, payPath: null };
}

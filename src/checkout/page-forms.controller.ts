import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Public } from '../auth/scopes.js';
import { type CheckCode } from '../payment-check/check-finding.js';
import { TooManyChecksError } from '../payment-check/check-limits.js';
import { PaymentCheckService } from '../payment-check/payment-check.service.js';
import { PaymentPages } from '../payments/payment-pages.js';
import { DevPayments } from './dev-payments.js';
import { PageRenderer } from './page-renderer.js';
import { pagePath } from './page/page-path.js';
import { type CheckResult } from './page/page-view.js';
import { writtenHash } from './page/written-hash.js';
import { PagesService } from './pages.service.js';
import { TooManyPageRequestsError } from '../http/public-limits.js';

/** What the page's forms do. Each answers with the page, so that reloading it sends nothing again. */
@ApiExcludeController()
@Public()
@Controller('pay/:token')
export class PageFormsController {
  constructor(
    private readonly pages: PagesService,
    private readonly renderer: PageRenderer,
    private readonly checks: PaymentCheckService,
    private readonly payments: PaymentPages,
    private readonly devPayments: DevPayments,
  ) {}

  /** "But I paid": looks one transaction up, on every chain. */
  @Post('check')
  @HttpCode(303)
  async check(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('token') token: string,
    @Body() body: unknown,
  ): Promise<void> {
    await this.renderer.answer(request, reply, async (language) => {
      const page = await this.pages.find(token, request.ip, 'page');
      const result = await this.resultOf(page, request.ip, fieldOf(body, 'tx_hash'));
      this.renderer.redirect(reply, pagePath(token, language, '', { checked: result }));
    });
  }

  /** What the customer pays with, kept so that every tab, and the merchant, sees the same. */
  @Post('choose')
  @HttpCode(303)
  async choose(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('token') token: string,
    @Body() body: unknown,
  ): Promise<void> {
    await this.renderer.answer(request, reply, async (language) => {
      const { merchantId, paymentId } = await this.pages.find(token, request.ip, 'choose');
      const option = fieldOf(body, 'option');
      if (/^\d{1,3}$/.test(option)) await this.payments.choose(merchantId, paymentId, Number(option));
      this.renderer.redirect(reply, pagePath(token, language));
    });
  }

  /** Where there is a dev chain of ours, and nowhere else. */
  @Post('dev-payment')
  @HttpCode(303)
  async payFromDevChain(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('token') token: string,
    @Body() body: unknown,
  ): Promise<void> {
    await this.renderer.answer(request, reply, async (language) => {
      const page = await this.pages.find(token, request.ip, 'check');
      await this.devPayments.pay(await this.pages.state(page), fieldOf(body, 'option'));
      this.renderer.redirect(reply, pagePath(token, language));
    });
  }

  private async resultOf(
    page: { token: string; merchantId: string; paymentId: string },
    address: string,
    given: string,
  ): Promise<CheckResult> {
    const hash = writtenHash(given);
    if (hash === null) return 'unreadable';
    try {
      this.pages.spend('check', address, page.token);
      // Customers wait for one another, and no merchant for them.
      const { code } = await this.checks.check(page.merchantId, page.paymentId, hash, 'pages');
      return RESULTS[code];
    } catch (error) {
      if (error instanceof TooManyPageRequestsError || error instanceof TooManyChecksError) return 'busy';
      throw error;
    }
  }
}

const RESULTS = {
  counted: 'counted',
  accepted: 'counted',
  not_deep_enough: 'coming',
  not_scanned_yet: 'coming',
  pending: 'coming',
  reorged: 'coming',
  ignored: 'elsewhere',
  wrong_chain: 'elsewhere',
  wrong_asset: 'elsewhere',
  unknown_token: 'elsewhere',
  absurd_amount: 'elsewhere',
  after_watch: 'elsewhere',
  rate_unknown: 'elsewhere',
  payment_failed: 'elsewhere',
  payment_cancelled: 'elsewhere',
  zero_value: 'failed',
  failed: 'failed',
  own_gas: 'other_address',
  other_address: 'other_address',
  unreadable: 'busy',
  unreachable: 'busy',
  unknown: 'unknown',
} as const satisfies Record<CheckCode, CheckResult>;

function fieldOf(body: unknown, name: string): string {
  const value = body instanceof URLSearchParams ? body.get(name) : null;
  return value ?? '';
}

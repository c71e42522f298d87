import { Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { packed, takesGzip } from '../http/packed.js';
import { pathOf, queryOf } from '../http/problem.filter.js';
import { Assets } from './assets.js';
import { Languages } from './languages.js';
import { pageHeaders } from './page-headers.js';
import { buildPageView } from './page/build-page-view.js';
import { linkPage, type LinkPageView } from './page/link-page.js';
import { receiptPage, type SignedReceipt } from './page/receipt-page.js';
import { type NoticeOf, noticePage } from './page/notice-page.js';
import { CHECK_RESULTS, type CheckResult } from './page/page-view.js';
import { mendedPath } from './page/mended-path.js';
import { pagePath } from './page/page-path.js';
import { payPage } from './page/pay-page.js';
import { type PageLanguage } from './page/texts.js';
import { NoSuchPageError, PagesService, type PageState } from './pages.service.js';
import { type Receipt } from './receipt.js';
import { TooManyPageRequestsError } from '../http/public-limits.js';
import { Turns } from './turns.js';

interface RenderedPage {
  markup: string;
  /** Compressed, from when the first browser wants it so: its codes are most of it, and it is sent anew on all news. */
  packed: Promise<Buffer> | null;
}

/** Sends pages, in the customer's language; nothing in them comes from the request but what is checked here. */
@Injectable()
export class PageRenderer {
  private readonly languages = new Languages();
  private readonly assets = new Assets();
  private readonly turns = new Turns();
  /** Of states that several asked for at the same time. */
  private readonly rendered = new WeakMap<PageState, Map<string, RenderedPage>>();

  constructor(private readonly pages: PagesService) {}

  asset(name: string) {
    return this.assets.find(name);
  }

  /** Does the work of a request; what a customer may run into is answered with a page, and not with JSON. */
  async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (language: PageLanguage) => Promise<void>,
  ): Promise<void> {
    const language = this.languageOf(request);
    try {
      await work(language);
    } catch (error) {
      if (error instanceof NoSuchPageError) {
        const mended = request.method === 'GET' ? mendedPath(pathOf(request)) : null;
        if (mended !== null) return this.redirect(reply, mended + queryOf(request));
        return this.notice(reply, 404, 'notice_missing', language);
      }
      if (!(error instanceof TooManyPageRequestsError)) throw error;
      void reply.header('retry-after', String(error.retryAfterSeconds));
      this.notice(reply, 429, 'notice_busy', language);
    }
  }

  /** One after the other: whatever else the process serves goes on between two of a hundred pages. */
  async payPage(
    reply: FastifyReply,
    language: PageLanguage,
    state: PageState,
    query: Record<string, unknown>,
  ): Promise<void> {
    await this.turns.next();
    const checked = resultIn(query.checked);
    const known = this.rendered.get(state) ?? new Map<string, RenderedPage>();
    const key = [language.code, language.isAskedFor, checked].join();
    const page = known.get(key) ?? { markup: this.markupOf(language, state, checked), packed: null };
    this.rendered.set(state, known.set(key, page));
    const headers = { ...pageHeaders(state.shopOrigins), vary: 'accept-language, accept-encoding' };
    if (!takesGzip(reply.request.headers['accept-encoding']))
      return this.send(reply, 200, page.markup, headers);
    page.packed ??= packed(page.markup);
    this.send(reply, 200, await page.packed, { ...headers, 'content-encoding': 'gzip' });
  }

  private markupOf(language: PageLanguage, state: PageState, checked: CheckResult | null): string {
    const view = buildPageView({
      ...state,
      language,
      checked,
    });
    const url = this.pages.urlOf(pagePath(state.token, language));
    return payPage(view, language, this.assets.ofPages, url);
  }

  receipt(
    reply: FastifyReply,
    language: PageLanguage,
    receipt: Receipt,
    { shopOrigins, ...signed }: SignedReceipt & { shopOrigins: readonly string[] },
    cacheControl: string,
  ): void {
    const markup = receiptPage(receipt, signed, language, this.assets.ofPages);
    this.send(reply, 200, markup, { ...pageHeaders(shopOrigins), 'cache-control': cacheControl });
  }

  linkPage(
    reply: FastifyReply,
    status: number,
    language: PageLanguage,
    view: LinkPageView,
    shopOrigins: readonly string[],
  ): void {
    this.send(reply, status, linkPage(view, language, this.assets.ofPages), pageHeaders(shopOrigins));
  }

  send(reply: FastifyReply, status: number, body: string | Buffer, headers: Record<string, string>): void {
    void reply.status(status).headers(headers).send(body);
  }

  redirect(reply: FastifyReply, location: string): void {
    this.send(reply, 303, '', { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  }

  private languageOf({ query, headers }: FastifyRequest): PageLanguage {
    // Of a URL that cannot be read there is no query.
    const { lang } = (query ?? {}) as Record<string, unknown>;
    return this.languages.choose(typeof lang === 'string' ? lang : undefined, headers['accept-language']);
  }

  /** In the language of whoever asks. */
  noticeFor(request: FastifyRequest, reply: FastifyReply, status: number, key: string): void {
    this.notice(reply, status, key, this.languageOf(request));
  }

  /** @param of whose page it would have been; left out: nobody's */
  notice(
    reply: FastifyReply,
    status: number,
    key: string,
    language: PageLanguage,
    of: (NoticeOf & { shopOrigins: readonly string[] }) | null = null,
  ): void {
    const markup = noticePage(key, language, this.assets.ofPages, of);
    this.send(reply, status, markup, pageHeaders(of?.shopOrigins ?? []));
  }
}

function resultIn(given: unknown): CheckResult | null {
  return CHECK_RESULTS.find((result) => result === given) ?? null;
}

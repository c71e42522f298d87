import { Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { pathOf, queryOf } from '../http/problem.filter.js';
import { mendedPath } from './page/mended-path.js';
import { PageRenderer } from './page-renderer.js';

/** Those who ask for these by a browser develop or run something, and read a problem document as well. */
const NOT_FOR_CUSTOMERS = /^\/(api|docs|health|metrics|openapi\.(json|yaml)|\.well-known)(\/|$)/i;
const NOTICES: Readonly<Record<number, string>> = { 429: 'notice_busy' };

/** What a customer's browser is shown where a program is sent a problem document. */
@Injectable()
export class MissedPages {
  constructor(private readonly renderer: PageRenderer) {}

  /**
   * Sends a page, or leads to the one that was meant.
   * @param status of the problem
   * @returns false: it is no browser that asks, or not for a customer's page
   */
  show(status: number, request: FastifyRequest, reply: FastifyReply): boolean {
    const path = pathOf(request);
    if (!wantsPage(request) || NOT_FOR_CUSTOMERS.test(path)) return false;
    const mended = isMissing(status) && isRead(request) ? mendedPath(path) : null;
    if (mended === null) this.renderer.noticeFor(request, reply, status, noticeOf(status));
    else this.renderer.redirect(reply, mended + queryOf(request));
    return true;
  }
}

/** Browsers name it for what they show; programs, and a page's own requests, do not. */
function wantsPage({ headers }: FastifyRequest): boolean {
  return /\btext\/html\b/i.test(headers.accept ?? '');
}

function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

function isMissing(status: number): boolean {
  return status === 404 || status === 405 || status === 400;
}

function noticeOf(status: number): string {
  return NOTICES[status] ?? (status >= 500 ? 'notice_away' : 'notice_missing');
}

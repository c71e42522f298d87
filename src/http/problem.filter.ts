import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { isDatabaseAway } from '../database/database-away.js';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { DatabaseAwayError, DomainError, type ErrorCode, ValidationFailedError } from './problem.js';
import { KINDS, PROBLEM_CODES, UNTYPED_CODES } from './problem-codes.js';
import { MethodNotAllowedError, type Routes } from './routes.js';

/** RFC 9457, section 3. */
export interface ProblemDocument {
  type: string;
  /** As in docs/errors.md: what a program decides by. */
  code: string;
  title: string;
  status: number;
  detail: string;
  errors?: { field: string; message: string }[];
  request_id: string;
}

type Untyped = keyof typeof UNTYPED_CODES;

type Problem = Omit<ProblemDocument, 'request_id'>;

/** What Fastify refuses before a handler runs; Nest passes it on as an HttpException of its own. */
const BEFORE_HANDLER: Record<number, { code: ErrorCode; detail: string }> = {
  413: { code: 'body_too_large', detail: 'the body may have 256 KB at most' },
  415: {
    code: 'unsupported_media_type',
    detail: 'send JSON, with the header content-type: application/json',
  },
};

/** What browsers are shown of customers' pages that are not there, or cannot be shown. */
export interface CustomersPages {
  /** @returns false where a problem document is what is wanted */
  show(status: number, request: FastifyRequest, reply: FastifyReply): boolean;
}

/** Every failure leaves as `application/problem+json`; what was not foreseen is logged and answered with a plain 500. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);
  private pages: CustomersPages | null = null;

  constructor(private readonly routes: Routes) {}

  /** Has browsers be shown pages where customers may come. */
  showPages(pages: CustomersPages): void {
    this.pages = pages;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    this.answer(error, request, reply);
  }

  /** What the caller is answered instead of what happened inside. */
  private toldOf(error: unknown, request: FastifyRequest): unknown {
    if (statusIn(error) === 404) return this.routes.missed(request.method, pathOf(request));
    return !(error instanceof DomainError) && isDatabaseAway(error)
      ? new DatabaseAwayError(request.method)
      : error;
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const told = this.toldOf(error, request);
    const problem = problemOf(told);
    if (problem.status >= 500)
      this.logger.error({ err: error, request_id: request.id, url: loggedPathOf(request) }, 'request failed');
    for (const [name, value] of Object.entries(headersFor(told, problem.status)))
      void reply.header(name, value);
    if (this.pages?.show(problem.status, request, reply) === true) return;
    void reply
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify({ ...problem, request_id: request.id }));
  }
}

/** @returns undefined for errors that know nothing of HTTP */
function statusIn(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: number };
  // Fastify's own. Errors of other libraries have a status too: that of an answer they got from elsewhere.
  return typeof code === 'string' && code.startsWith('FST_') ? statusCode : undefined;
}

/** Without the query, which may hold what is no business of a log. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] as string;
}

/** With its question mark; empty: it has none. */
export function queryOf(request: FastifyRequest): string {
  return request.url.slice(pathOf(request).length);
}

/** As it may stand in a log: the token in a pay page's address is the key to that page. */
export function loggedPathOf(request: FastifyRequest): string {
  return pathOf(request)
    .replace(/^(\/+(?:pay|l)\/+)(?!assets\/)[^/]+/i, '$1{token}')
    .replace(/(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/gi, '{token}');
}

function problemOf(error: unknown): Problem {
  if (error instanceof DomainError) return domainProblem(error);
  const status = statusIn(error) ?? 500;
  const known = BEFORE_HANDLER[status];
  if (known) return document(known.code, known.detail);
  // RFC 9457, section 4.2.1: no type of its own, so the title is that of the status.
  const untyped = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status };
  if (status < 500)
    return { ...untyped, code: 'request_refused' satisfies Untyped, detail: (error as Error).message };
  return {
    type: 'about:blank',
    code: 'internal_error' satisfies Untyped,
    title: 'Internal error',
    status: 500,
    detail: 'something went wrong here; the operator finds it in the log by request_id',
  };
}

function headersFor(error: unknown, status: number): Record<string, string> {
  const { retryAfterSeconds } = error as { retryAfterSeconds?: number };
  return {
    ...(status === 401 ? { 'www-authenticate': 'Bearer realm="quittance"' } : {}),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    ...(error instanceof MethodNotAllowedError ? { allow: error.allowed.join(', ') } : {}),
  };
}

function domainProblem(error: DomainError): Problem {
  const problem = document(error.code, error.message);
  return error instanceof ValidationFailedError ? { ...problem, errors: error.errors } : problem;
}

function document(code: ErrorCode, detail: string): Problem {
  const { kind } = PROBLEM_CODES[code];
  const { title, status } = KINDS[kind];
  return { type: `urn:quittance:problem:${kind}`, code, title, status, detail };
}

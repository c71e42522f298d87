import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { DomainError, type ErrorCode, statusOf, titleOf, ValidationFailedError } from './problem.js';

/** RFC 9457, section 3. */
interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: { field: string; message: string }[];
  request_id: string;
}

/** What Fastify refuses before a handler runs; Nest passes it on as an HttpException of its own. */
const BEFORE_HANDLER: Record<number, { code: ErrorCode; detail: string }> = {
  400: { code: 'malformed_json', detail: 'the body is not valid JSON' },
  413: { code: 'body_too_large', detail: 'the body may have 256 KB at most' },
  415: {
    code: 'unsupported_media_type',
    detail: 'send JSON, with the header content-type: application/json',
  },
};

/** Every failure leaves as `application/problem+json`; what was not foreseen is logged and told as a plain 500. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = { ...this.problemOf(error, request), request_id: request.id };
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="quittance"');
    const retryAfter = (error as { retryAfterSeconds?: number }).retryAfterSeconds;
    if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
    void reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }

  private problemOf(error: unknown, request: FastifyRequest): Omit<ProblemDocument, 'request_id'> {
    if (error instanceof DomainError) return domainProblem(error);
    const status =
      error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number }).statusCode;
    if (status === 404) {
      return document('not_found', `there is no ${request.method} ${request.url.split('?')[0]}; see /docs`);
    }
    const known = BEFORE_HANDLER[status ?? 500];
    if (known) return document(known.code, known.detail);
    if (error instanceof HttpException && error.getStatus() < 500) {
      return { type: 'about:blank', title: error.name, status: error.getStatus(), detail: error.message };
    }
    this.logger.error({ err: error, request_id: request.id, url: request.url }, 'request failed');
    return {
      type: 'about:blank',
      title: 'Internal error',
      status: 500,
      detail:
        'something went wrong here, and nothing was changed; the operator finds it in the log by request_id',
    };
  }
}

function domainProblem(error: DomainError): Omit<ProblemDocument, 'request_id'> {
  const problem = document(error.code, error.message);
  return error instanceof ValidationFailedError ? { ...problem, errors: error.errors } : problem;
}

function document(code: ErrorCode, detail: string): Omit<ProblemDocument, 'request_id'> {
  return { type: `urn:quittance:problem:${code}`, title: titleOf[code], status: statusOf[code], detail };
}

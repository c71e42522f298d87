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

/** What Fastify itself refuses before a handler runs. */
const FASTIFY_CODES: Record<string, { code: ErrorCode; detail: string }> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body_too_large', detail: 'the body may have 256 KB at most' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'unsupported_media_type',
    detail: 'send JSON, with the header content-type: application/json',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'malformed_json', detail: 'the body is empty; send a JSON object' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'malformed_json', detail: 'the body is not valid JSON' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'malformed_json',
    detail: 'the body is not as long as content-length says',
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
    const known = FASTIFY_CODES[(error as { code?: string }).code ?? ''];
    if (known) return document(known.code, known.detail);
    if (error instanceof HttpException && error.getStatus() < 500) return httpProblem(error, request);
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status === 400) return document('malformed_json', 'the body is not valid JSON');
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

function httpProblem(error: HttpException, request: FastifyRequest): Omit<ProblemDocument, 'request_id'> {
  const status = error.getStatus();
  if (status === 404)
    return document('not_found', `there is no ${request.method} ${request.url.split('?')[0]}; see /docs`);
  return { type: 'about:blank', title: error.name, status, detail: error.message };
}

function document(code: ErrorCode, detail: string): Omit<ProblemDocument, 'request_id'> {
  return { type: `urn:quittance:problem:${code}`, title: titleOf[code], status: statusOf[code], detail };
}

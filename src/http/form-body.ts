import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { DomainError } from './problem.js';

const FORM = 'application/x-www-form-urlencoded';
/** No form of ours has more than a few short fields. */
const MAX_BYTES = 8 * 1024;

class NotAFormError extends DomainError {
  readonly code = 'unsupported_media_type';

  constructor() {
    super('send JSON, with the header content-type: application/json');
  }
}

/** Browsers send the forms of pay pages so, with or without JavaScript. The API itself takes JSON alone. */
export function readFormsOfPages(fastify: FastifyInstance): void {
  const options = { parseAs: 'string', bodyLimit: MAX_BYTES } as const;
  fastify.addContentTypeParser<string>(FORM, options, (request: FastifyRequest, body, done) => {
    if (request.routeOptions.url?.startsWith('/pay/')) return done(null, new URLSearchParams(body));
    done(new NotAFormError());
  });
}

import { type FastifyInstance } from 'fastify';
import { textOfBody } from './plain-body.js';
import { DomainError } from './problem.js';

const FORM = 'application/x-www-form-urlencoded';
/** A payment link asks for up to ten answers of 500 characters, each of which may be sent as 12 bytes. */
const MAX_BYTES = 64 * 1024;

class NotAFormError extends DomainError {
  readonly code = 'unsupported_media_type';

  constructor() {
    super('send JSON, with the header content-type: application/json');
  }
}

/** Browsers send the forms of pay pages so, with or without JavaScript. The API itself takes JSON alone. */
export function readFormsOfPages(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(FORM, { parseAs: 'buffer', bodyLimit: MAX_BYTES }, (request, body, done) => {
    const isOfPage = /^\/(pay|l)\//.test(request.routeOptions.url ?? '');
    if (isOfPage) return done(null, new URLSearchParams(textOfBody(request.headers, body as Buffer)));
    done(new NotAFormError());
  });
}

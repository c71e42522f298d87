import { type FastifyInstance } from 'fastify';
import { requireUncompressed } from './plain-body.js';
import { DomainError } from './problem.js';

class NotAnImageRouteError extends DomainError {
  readonly code = 'unsupported_media_type';

  constructor() {
    super('send JSON, with the header content-type: application/json');
  }
}

/** A logo is sent as its bytes; everything else of the API is JSON. */
export function readImages(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(/^image\//, { parseAs: 'buffer' }, (request, body, done) => {
    const isTaken = request.routeOptions.url?.endsWith('/logo') === true;
    if (!isTaken) return done(new NotAnImageRouteError());
    requireUncompressed(request.headers);
    done(null, body);
  });
}

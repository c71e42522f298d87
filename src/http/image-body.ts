import { type FastifyInstance, type FastifyRequest } from 'fastify';
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
  fastify.addHook('onRequest', (request, _reply, done) => {
    // Whatever a client calls it, or fails to call it: its first bytes say what it is (branding/logo-format.ts).
    if (isLogo(request) && request.method === 'PUT') request.headers['content-type'] = 'image/unknown';
    done();
  });
  fastify.addContentTypeParser(/^image\//, { parseAs: 'buffer' }, (request, body, done) => {
    if (!isLogo(request)) return done(new NotAnImageRouteError());
    requireUncompressed(request.headers);
    done(null, body);
  });
}

function isLogo({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url?.endsWith('/logo') === true;
}

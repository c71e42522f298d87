import { type FastifyInstance } from 'fastify';
import { steadyMs } from '../process/steady-time.js';

const SAY_EVERY_MS = 3_600_000;

/**
 * A proxy that TRUSTED_PROXIES does not name makes all customers one: limits by address are then the whole shop's. Whoever
 * sets it up sees nothing of that, so the log says it, once an hour. Anybody may send such a header, and is not believed.
 */
export function tellOfUntrustedProxies(fastify: FastifyInstance): void {
  let saidAtMs = -Infinity;
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { 'x-forwarded-for': forwardedFor, forwarded } = request.headers;
    const isPassedOn = forwardedFor !== undefined || forwarded !== undefined;
    // With the addresses of those before it where the peer is trusted.
    const isBelieved = (request.ips?.length ?? 1) > 1;
    if (isPassedOn && !isBelieved && steadyMs() - saidAtMs >= SAY_EVERY_MS) {
      saidAtMs = steadyMs();
      request.log.warn(
        { peer: request.socket.remoteAddress },
        'a request came through a proxy that TRUSTED_PROXIES does not name: all who come through it share the limits of ' +
          'one address; set TRUSTED_PROXIES to its address or network if it is yours',
      );
    }
    done();
  });
}

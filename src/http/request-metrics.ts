import { type FastifyInstance } from 'fastify';
import { Histogram } from 'prom-client';

/** Seconds: from an indexed look-up to the longest patience. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How many requests each route answers, with what status, and how long that takes. */
export function measureRequests(fastify: FastifyInstance): void {
  const seconds = new Histogram({
    name: 'quittance_http_request_seconds',
    help: 'Time to answer a request, by route as it is declared',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
  });
  fastify.addHook('onResponse', ({ method, routeOptions }, reply, done) => {
    // A stream is open for as long as its reader likes.
    const type = String(reply.raw.getHeader('content-type') ?? '');
    if (type.startsWith('text/event-stream')) return done();
    // By the route and not by the URL: ids would make a series each, and so would whatever a stranger asks for.
    const labels = { method, route: routeOptions.url ?? 'none', status: String(reply.statusCode) };
    seconds.observe(labels, reply.elapsedTime / 1000);
    done();
  });
}

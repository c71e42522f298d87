import { type FastifyInstance } from 'fastify';
import { DomainError, NotFoundError } from './problem.js';

export class NoRouteError extends NotFoundError {
  override readonly code = 'route_not_found';

  constructor(method: string, path: string) {
    super(`there is no ${method} ${path}; see /docs`);
  }
}

export class MethodNotAllowedError extends DomainError {
  readonly code = 'method_not_allowed';

  constructor(
    method: string,
    path: string,
    readonly allowed: readonly string[],
  ) {
    super(`${path} takes no ${method}; it takes ${allowed.join(', ')}`);
  }
}

interface Route {
  pattern: RegExp;
  methods: readonly string[];
}

/** Which routes there are, to tell whoever missed one what they missed it by. */
export class Routes {
  private readonly routes: Route[] = [];

  /** @param methods in capitals; @param path as Fastify has it: `:name` is one segment, `*` the rest */
  add(methods: readonly string[], path: string): void {
    this.routes.push({ pattern: patternOf(path), methods });
  }

  /** What to answer to a request that no route takes. */
  missed(method: string, path: string): DomainError {
    const allowed = this.routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    // A file that is not there is missed by a route that would have taken it.
    return allowed.length === 0 || allowed.includes(method)
      ? new NoRouteError(method, path)
      : new MethodNotAllowedError(method, path, [...new Set(allowed)].sort());
  }
}

/** Notes every route that is added from now on. */
export function recordRoutes(fastify: FastifyInstance, routes: Routes): void {
  fastify.addHook('onRoute', ({ method, url }) => routes.add([method].flat(), url));
}

function patternOf(path: string): RegExp {
  const segments = path.split('/').map((segment) => {
    if (segment.startsWith(':')) return '[^/]+';
    return segment === '*' ? '.*' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${segments.join('/')}$`);
}

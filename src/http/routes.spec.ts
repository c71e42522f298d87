import { describe, expect, it } from '@jest/globals';
import { Routes } from './routes.js';

const routes = new Routes();
routes.add(['GET'], '/payments');
routes.add(['POST'], '/payments');
routes.add(['GET'], '/payments/:id');
routes.add(['GET'], '/swagger.json');
routes.add(['GET'], '/docs/*');

describe('Routes.missed', () => {
  it.each([
    ['PUT', '/payments', ['GET', 'POST']],
    ['DELETE', '/payments/1', ['GET']],
    ['POST', '/docs/a/b.css', ['GET']],
  ])('says what else is possible for %s %s', (method, path, allowed) => {
    expect(routes.missed(method, path)).toMatchObject({ code: 'method_not_allowed', allowed });
  });

  it.each(['/payment', '/payments/1/2', '/swagger-json', '/docs/none.css'])('knows no %s', (path) => {
    expect(routes.missed('GET', path)).toMatchObject({
      code: 'route_not_found',
      message: expect.stringContaining(path),
    });
  });
});

import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Public } from '../auth/scopes.js';
import { NotFoundError } from '../http/problem.js';
import { PageRenderer } from './page-renderer.js';

const HASHED = 'public, max-age=31536000, immutable';
/** Its name is in shops' pages, and stays when it changes. */
const NAMED = 'public, max-age=3600';

@ApiExcludeController()
@Public()
@Controller()
export class AssetsController {
  constructor(private readonly renderer: PageRenderer) {}

  /** By a name that says what is in it. */
  @Get('pay/assets/:name')
  asset(@Param('name') name: string, @Res() reply: FastifyReply): void {
    this.send(reply, name, HASHED);
  }

  @Get('quittance.js')
  embed(@Res() reply: FastifyReply): void {
    // Shops of other origins load it; without this, pages with a policy of their own could not.
    void reply.header('cross-origin-resource-policy', 'cross-origin');
    this.send(reply, 'quittance.js', NAMED);
  }

  private send(reply: FastifyReply, name: string, cacheControl: string): void {
    const found = this.renderer.asset(name);
    if (!found) throw new NotFoundError('there is no such file');
    void reply.headers({ 'content-type': found.type, 'cache-control': cacheControl }).send(found.body);
  }
}

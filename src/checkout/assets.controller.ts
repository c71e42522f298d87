import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Public } from '../auth/scopes.js';
import { NotFoundError } from '../http/problem.js';
import { brandStyleNamed } from '../branding/brand-colors.js';
import { LogosService } from '../branding/logos.service.js';
import { PageRenderer } from './page-renderer.js';
import { PublicLimits } from '../http/public-limits.js';

class NoSuchFileError extends NotFoundError {
  constructor() {
    super('there is no such file');
  }
}

const HASHED = 'public, max-age=31536000, immutable';
/** Its name is in shops' pages, and stays when it changes. */
const NAMED = 'public, max-age=3600';

/** Of a logo, which is a picture wherever it is opened. */
const NOTHING_BESIDES = "default-src 'none'; sandbox";

@ApiExcludeController()
@Public()
@Controller()
export class AssetsController {
  constructor(
    private readonly renderer: PageRenderer,
    private readonly logos: LogosService,
    private readonly limits: PublicLimits,
  ) {}

  /** By a name that says what is in it. */
  @Get('pay/assets/:name')
  asset(@Param('name') name: string, @Res() reply: FastifyReply): void {
    this.send(reply, name, HASHED);
  }

  /** The colours of a merchant's pages: made of the name, and only where that is one that pages have. */
  @Get('pay/brands/:name')
  brand(@Param('name') name: string, @Res() reply: FastifyReply): void {
    const style = brandStyleNamed(name);
    if (!style) throw new NoSuchFileError();
    void reply
      .headers({ 'content-type': 'text/css; charset=utf-8', 'cache-control': HASHED })
      .send(style.css);
  }

  @Get('pay/logos/:name')
  async logo(
    @Param('name') name: string,
    @Req() { ip }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.limits.spendOfAddress('logo', ip);
    const png = await this.logos.find(name.replace(/\.png$/, ''));
    if (!png) {
      this.limits.spendOfAddress('missing', ip);
      throw new NoSuchFileError();
    }
    void reply
      .headers({
        'content-type': 'image/png',
        'cache-control': HASHED,
        'content-security-policy': NOTHING_BESIDES,
        'cross-origin-resource-policy': 'same-origin',
      })
      .send(png);
  }

  @Get('quittance.js')
  embed(@Res() reply: FastifyReply): void {
    // Shops of other origins load it; without this, pages with a policy of their own could not.
    void reply.header('cross-origin-resource-policy', 'cross-origin');
    this.send(reply, 'quittance.js', NAMED);
  }

  private send(reply: FastifyReply, name: string, cacheControl: string): void {
    const found = this.renderer.asset(name);
    if (!found) throw new NoSuchFileError();
    void reply.headers({ 'content-type': found.type, 'cache-control': cacheControl }).send(found.body);
  }
}

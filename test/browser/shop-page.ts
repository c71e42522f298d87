import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A shop's page on an origin of its own, under a strict policy, with a button that opens a pay page. */
export class ShopPage {
  private constructor(private readonly server: Server) {}

  /** @param quittance the address of quittance.js */
  static async start(quittance: string, payUrl: () => string): Promise<ShopPage> {
    const host = new URL(quittance).origin;
    const script = readFileSync(new URL('./shop-page.js', import.meta.url), 'utf8');
    const server = createServer((request, response) => {
      if (request.url === '/shop.js')
        return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; script-src 'self' ${host}; img-src data:; frame-src ${host}`,
      });
      const button = (mode: string) =>
        `<button id="${mode}" data-quittance="${payUrl()}" data-quittance-mode="${mode}">Pay (${mode})</button>`;
      response.end(
        `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><script src="${quittance}" async></script><script src="/shop.js"></script><main><h1>Shop</h1>${button('overlay')}${button('tab')}<p id="told"></p></main></html>`,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ShopPage(server);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

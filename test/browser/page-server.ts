import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { linkPage, type LinkPageView } from '../../src/checkout/page/link-page.js';
import { payPage } from '../../src/checkout/page/pay-page.js';
import { type PageLanguage } from '../../src/checkout/page/texts.js';
import { type PageView, type Situation } from '../../src/checkout/page/page-view.js';
import { brandFile, NO_BRAND } from './brand.js';

const BUILT = join(import.meta.dirname, '../../dist/web/checkout');
export const LANGUAGES = readdirSync(join(BUILT, 'languages')).map((name) => name.replace('.json', ''));
const RTL = ['ar', 'fa', 'he', 'ur'];
const ADDRESS = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const TOKEN = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
const HASH = `0x${'4f'.repeat(32)}`;
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors ";

/** The pay page as the server renders it, in whatever state a test wants, without a chain behind it. */
export class PageServer {
  view: PageView = aView('waiting');
  /** Whether the stream of events works; a cut one answers nothing. */
  hasEvents = true;
  frameAncestors = "'none'";
  readonly eventIds: (string | undefined)[] = [];
  /** How often the page itself was asked for. */
  pagesServed = 0;
  private readonly streams = new Set<ServerResponse>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<PageServer> {
    const server = createServer();
    const made = new PageServer(server);
    server.on('request', (request, response) => made.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  url(language = 'en'): string {
    return `${this.origin}/pay/${this.view.token}?lang=${language}`;
  }

  /** Shows another view from now on, and tells the pages that are open. */
  show(view: Partial<PageView> | Situation): void {
    const change =
      typeof view === 'string'
        ? { ...aView(view), ...(view === 'waiting' ? {} : { chosen: this.view.chosen }) }
        : view;
    this.view = { ...this.view, ...change, version: this.view.version + 1 };
    for (const stream of this.streams) tell(stream, this.view.version);
  }

  cutEvents(): void {
    this.hasEvents = false;
    for (const stream of this.streams) stream.destroy();
    this.streams.clear();
  }

  async stop(): Promise<void> {
    this.cutEvents();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.origin);
    const name = url.pathname.slice(1);
    if (url.pathname.endsWith('/choose')) return this.choose(request, response, url);
    if (url.pathname.endsWith('/events')) return this.stream(request, response, url);
    const ofBrand = brandFile(url.pathname);
    if (ofBrand) return void response.setHeader('content-type', ofBrand.type).end(ofBrand.body);
    if (url.pathname.startsWith('/pay/')) return this.page(url, response);
    if (url.pathname.startsWith('/l/')) return this.linkPage(url, response);
    const type = name.endsWith('.css') ? 'text/css' : 'text/javascript';
    response.setHeader('content-type', `${type}; charset=utf-8`);
    try {
      response.end(readFileSync(join(BUILT, name)));
    } catch {
      response.writeHead(404).end();
    }
  }

  private choose(request: IncomingMessage, response: ServerResponse, { search }: URL): void {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      this.show({ chosen: new URLSearchParams(body).get('option') ?? this.view.chosen });
      response.writeHead(303, { location: `/pay/${this.view.token}${search}` }).end();
    });
  }

  private page(url: URL, response: ServerResponse): void {
    const wanted = url.searchParams.get('lang');
    const language = { ...languageOf(wanted ?? 'en'), isAskedFor: wanted !== null };
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', POLICY + this.frameAncestors);
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('cache-control', 'no-store');
    this.pagesServed += 1;
    const view = { ...this.view, mark: this.mark, now: new Date().toISOString() };
    response.end(payPage(view, language, builtAssets(), url.href));
  }

  private linkPage(url: URL, response: ServerResponse): void {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', POLICY + this.frameAncestors);
    response.end(linkPage(A_LINK, languageOf(url.searchParams.get('lang') ?? 'en'), builtAssets()));
  }

  private get mark(): string {
    return `${this.view.version}-0.0.0-0`;
  }

  private stream(request: IncomingMessage, response: ServerResponse, url: URL): void {
    if (!this.hasEvents) return void request.socket.destroy();
    this.eventIds.push(request.headers['last-event-id'] as string | undefined);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
    response.write('retry: 200\n');
    const { version } = this.view;
    const isShown = url.searchParams.get('shown') === this.mark || this.eventIds.at(-1) === String(version);
    if (isShown) response.write(`id: ${version}\nevent: current\ndata: ${version}\n\n`);
    else tell(response, version);
  }
}

function tell(stream: ServerResponse, version: number): void {
  stream.write(`id: ${version}\ndata: ${version}\n\n`);
}

export function builtAssets(): { script: string; style: string } {
  const names = JSON.parse(readFileSync(join(BUILT, 'manifest.json'), 'utf8')) as Record<string, string>;
  return { script: `/${names['pay.js']}`, style: `/${names['style.css']}` };
}

export function languageOf(code: string): PageLanguage {
  const file = join(BUILT, 'languages', `${code}.json`);
  const texts = JSON.parse(readFileSync(file, 'utf8')) as PageLanguage['texts'];
  return { code, direction: RTL.includes(code) ? 'rtl' : 'ltr', texts };
}

/** A link that asks for a name, and lets its visitor say how much. */
const A_LINK: LinkPageView = {
  token: 'b7vXh2Qm4pTz9sKd1LwYcA',
  merchant: 'Ada’s Coffee Roasters',
  brand: NO_BRAND,
  title: 'Espresso course',
  description: 'Two hours at the machine.\nBring a cup.',
  price: null,
  amount: { currency: 'EUR', min: '€20.00', max: '€200.00', value: '', problem: null },
  left: 3,
  fields: [
    { label: 'Your name', isRequired: true, maxLength: 100, value: '', problem: null },
    { label: 'Anything we should know?', isRequired: false, maxLength: 200, value: '', problem: null },
  ],
  nonce: 'nonce',
  notice: null,
};

export const SITUATIONS = [
  'waiting',
  'part_paid',
  'seen',
  'done',
  'too_much',
  'time_up',
  'elsewhere',
  'failed',
  'cancelled',
] as const satisfies readonly Situation[];

/** A payment of 49.90 EUR in one of two assets. */
export function aView(situation: Situation): PageView {
  const hasMoney = !['waiting', 'time_up', 'cancelled'].includes(situation);
  return {
    token: 'b7vXh2Qm4pTz9sKd1LwYcA',
    paymentId: '0199d3a2-7c1e-7000-8000-000000000001',
    status: situation,
    situation,
    version: 1,
    mark: '',
    merchant: 'Ada’s Coffee Roasters',
    brand: NO_BRAND,
    reference: 'Order 1042',
    price: '49.90 EUR',
    address: ADDRESS,
    options: [
      {
        id: 'eth',
        chainId: 31_337,
        network: 'Dev chain',
        symbol: 'ETH',
        token: null,
        amountDue: situation === 'part_paid' ? '0.00426' : '0.01426',
        amountDueUnits: situation === 'part_paid' ? '4260000000000000' : '14260000000000000',
        paymentUri: `ethereum:${ADDRESS}@31337?value=14260000000000000`,
        addable: null,
      },
      {
        id: 'usdc',
        chainId: 8453,
        network: 'Base',
        symbol: 'USDC',
        token: TOKEN,
        amountDue: situation === 'part_paid' ? '17.39' : '58.211',
        amountDueUnits: situation === 'part_paid' ? '17390000' : '58211000',
        paymentUri: `ethereum:${TOKEN}@8453/transfer?address=${ADDRESS}&uint256=58211000`,
        addable: {
          chainName: 'Base',
          nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
          rpcUrls: ['https://node.example'],
        },
      },
    ],
    chosen: 'eth',
    received:
      situation === 'part_paid'
        ? { amount: '0.01', text: '0.01 / 0.01426 ETH' }
        : hasMoney
          ? { amount: '0.01426', text: '0.01426 / 0.01426 ETH' }
          : null,
    elsewhere: situation === 'elsewhere' ? [{ amount: '50', symbol: 'USDT', network: 'Polygon' }] : [],
    confirmations: situation === 'seen' ? { count: 4, required: 12 } : null,
    transactions: hasMoney ? [{ hash: HASH, url: `https://explorer.example/tx/${HASH}` }] : [],
    expiresAt: new Date(Date.now() + 14 * 60_000).toISOString(),
    now: new Date().toISOString(),
    returnUrl: situation === 'done' || situation === 'too_much' ? 'https://shop.example/thanks' : null,
    cancelUrl: situation === 'waiting' ? 'https://shop.example/cart' : null,
    receiptUrl: situation === 'done' ? '/receipt' : null,
    canPayFromDevChain: false,
    embedOrigins: [],
    checked: null,
  };
}

import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium as engine,
  type Page,
} from 'playwright-core';
import { chromium } from './chromium.js';

/** A slow machine's longest; what never comes fails by its own message. */
const STEP_TIMEOUT_MS = 20_000;

/** One real browser, in which each test opens windows of its own. */
export class TestBrowser {
  private readonly contexts = new Set<BrowserContext>();

  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<TestBrowser> {
    const { executablePath, env } = await chromium();
    const browser = await engine.launch({
      executablePath,
      env: { ...process.env, ...env },
      // Tests run as root in containers, where Chromium's own sandbox refuses to work.
      chromiumSandbox: false,
      args: ['--disable-gpu', '--no-zygote', '--disable-dev-shm-usage'],
    });
    return new TestBrowser(browser);
  }

  /** A window of somebody who has never been here. */
  async window(options: BrowserContextOptions = {}): Promise<TestWindow> {
    const context = await this.browser.newContext(options);
    context.setDefaultTimeout(STEP_TIMEOUT_MS);
    this.contexts.add(context);
    return TestWindow.open(context);
  }

  /** Closes the windows that a test left open. */
  async tidy(): Promise<void> {
    await Promise.all([...this.contexts].map((context) => context.close()));
    this.contexts.clear();
  }

  async stop(): Promise<void> {
    await this.browser.close();
  }
}

/** Windows that keep what no page of ours may do: violate its own policy, throw, or ask a stranger for something. */
export class TestWindow {
  readonly complaints: string[] = [];
  readonly requests: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    /** The first tab. */
    readonly page: Page,
  ) {}

  static async open(context: BrowserContext): Promise<TestWindow> {
    const page = await context.newPage();
    const opened = new TestWindow(context, page);
    opened.watch(page);
    context.on('page', (other) => opened.watch(other));
    return opened;
  }

  async tab(): Promise<Page> {
    return this.context.newPage();
  }

  /** Hosts that were asked for anything, in order of asking. */
  get hosts(): string[] {
    return [...new Set(this.requests.map((url) => new URL(url).host))];
  }

  private watch(page: Page): void {
    page.on('pageerror', (error) => this.complaints.push(`threw: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' || /content security policy/i.test(message.text()))
        this.complaints.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('request', (request) => {
      if (/^(https?|wss?):/.test(request.url())) this.requests.push(request.url());
    });
  }
}

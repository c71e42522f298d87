import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';

const run = promisify(execFile);
const STEP_TIMEOUT_MS = 30_000;

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
}

/**
 * A Chromium of years ago, as wallets' in-app browsers still are: out of an npm package that is fetched when it is asked
 * for. Too old for playwright-core, so that it is driven by its own protocol, over two pipes (NUL ends a message).
 */
export class OldChromium {
  /** What the page threw, wrote to the console, or was refused by its policy. */
  readonly complaints: string[] = [];
  readonly hosts = new Set<string>();
  private readonly waiting = new Map<number, (message: Message) => void>();
  private lastId = 0;
  private sessionId: string | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly input: Writable,
    output: Readable,
  ) {
    let rest = '';
    output.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\0');
      rest = parts.pop() ?? '';
      for (const part of parts) this.hear(JSON.parse(part) as Message);
    });
  }

  /** @param version of chrome-aws-lambda @param folder that is emptied by whoever made it */
  static async start(version: string, folder: string): Promise<OldChromium> {
    await run('npm', ['pack', '--silent', `chrome-aws-lambda@${version}`], { cwd: folder });
    const [archive = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    await run('tar', ['-xzf', archive], { cwd: folder });
    const binary = join(folder, 'chromium');
    await unpack(join(folder, 'package/bin/chromium.br'), binary);
    await chmod(binary, 0o755);
    await unpack(join(folder, 'package/bin/swiftshader.tar.br'), join(folder, 'swiftshader.tar'));
    await mkdir(join(folder, 'swiftshader'));
    await run('tar', ['-xf', '../swiftshader.tar'], { cwd: join(folder, 'swiftshader') });
    const child = spawn(
      binary,
      [
        '--headless',
        '--no-sandbox',
        '--no-zygote',
        '--single-process',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--remote-debugging-pipe',
        `--user-data-dir=${join(folder, 'profile')}`,
        'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
    );
    const [, , , input, output] = child.stdio;
    const browser = new OldChromium(child, input as Writable, output as Readable);
    await browser.attach();
    return browser;
  }

  /** @param script that every page runs before its own */
  async prepare(width: number, script: string): Promise<void> {
    const screen = { width, height: 1_000, deviceScaleFactor: 1, mobile: true };
    await this.send('Emulation.setDeviceMetricsOverride', screen);
    await this.send('Page.addScriptToEvaluateOnNewDocument', { source: script });
  }

  async open(url: string): Promise<void> {
    await this.send('Page.navigate', { url });
  }

  async evaluate<T>(expression: string): Promise<T> {
    const answer = await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    const { result, exceptionDetails } = answer as {
      result: { value: T };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    };
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** @throws Error where it does not come about in time */
  async until(expression: string): Promise<void> {
    await this.evaluate(`new Promise((resolve, reject) => {
      const begun = Date.now();
      (function look() {
        if (${expression}) return resolve();
        if (Date.now() - begun > 20000) return reject(new Error(${JSON.stringify(`never: ${expression}`)}));
        setTimeout(look, 50);
      })();
    })`);
  }

  async version(): Promise<string> {
    return ((await this.send('Browser.getVersion')) as { product: string }).product;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  private async attach(): Promise<void> {
    const targetId = await this.firstPage();
    const attached = await this.send('Target.attachToTarget', { targetId, flatten: true });
    this.sessionId = (attached as { sessionId: string }).sessionId;
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await this.send(`${domain}.enable`);
  }

  /** The one that it opens with, a moment after it listens. */
  private async firstPage(): Promise<string> {
    for (const begunMs = Date.now(); Date.now() - begunMs < STEP_TIMEOUT_MS;) {
      const { targetInfos } = (await this.send('Target.getTargets')) as {
        targetInfos: { targetId: string; type: string }[];
      };
      const page = targetInfos.find(({ type }) => type === 'page');
      if (page) return page.targetId;
    }
    throw new Error('it opens no page');
  }

  private send(method: string, params: object = {}): Promise<unknown> {
    const id = (this.lastId += 1);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer to ${method}`)), STEP_TIMEOUT_MS);
      this.waiting.set(id, ({ result, error }) => {
        clearTimeout(late);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result);
      });
      const { sessionId } = this;
      this.input.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    });
  }

  private hear(message: Message): void {
    const { id, method, params } = message;
    if (id !== undefined) {
      this.waiting.get(id)?.(message);
      this.waiting.delete(id);
    }
    if (
      method === 'Runtime.exceptionThrown' ||
      method === 'Log.entryAdded' ||
      method === 'Runtime.consoleAPICalled'
    )
      this.complaints.push(`${method}: ${JSON.stringify(params).slice(0, 400)}`);
    if (method !== 'Network.requestWillBeSent') return;
    const { url } = (params as { request: { url: string } }).request;
    // The QR codes stand in the page; what this protocol calls a request for them asks nobody.
    if (!url.startsWith('data:')) this.hosts.add(new URL(url).host);
  }
}

async function unpack(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}

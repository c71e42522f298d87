/* `npm run demo -- --browser`: a customer pays on the page, in a real browser, and pictures are left of each step. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { unusedPort } from '../../src/process/ports.js';
import { Timeline } from '../demo/timeline.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { tempFolder } from '../harness/temp-folder.js';
import { TestBrowser } from './browser.js';

const PICTURES = join(process.cwd(), '.data/demo');

interface Payment {
  id: string;
  status: string;
  pay_url: string;
}

/** @returns the exit code */
export async function payInBrowser(): Promise<number> {
  const timeline = new Timeline();
  const folder = tempFolder();
  const port = String(await unusedPort());
  let quittance: QuittanceProcess | null = null;
  let browser: TestBrowser | null = null;
  try {
    timeline.title('Quittance: a payment on the pay page, in a real browser');
    const settings = { PORT: port, PUBLIC_URL: `http://127.0.0.1:${port}`, LOG_LEVEL: 'warn' };
    [quittance, browser] = await Promise.all([
      QuittanceProcess.start(folder.path, settings),
      TestBrowser.start(),
    ]);
    const { data: chains } = await quittance.request<{ data: { name: string }[] }>('GET', '/chains');
    const payment = await quittance.request<Payment>('POST', '/payments', {
      chain: chains[0]?.name,
      amount: '250000000000000000',
      reference: 'demo in a browser',
    });
    timeline.step('page', 'created', payment.pay_url);
    mkdirSync(PICTURES, { recursive: true });
    const { page } = await browser.window({ viewport: { width: 560, height: 860 }, locale: 'en' });
    const picture = (name: string) => page.screenshot({ path: join(PICTURES, `${name}.png`) });
    await page.goto(payment.pay_url);
    await picture('1-waiting');
    await page.click('.dev-chain button');
    timeline.step('page', 'paid', 'from the dev chain, by the page’s own button');
    for (const [name, situation] of [
      ['2-seen', 'seen'],
      ['3-done', 'done'],
    ]) {
      await page.waitForSelector(`#status[data-situation="${situation}"]`);
      await picture(name as string);
      timeline.step('page', situation as string, (await page.textContent('#status [data-say]')) ?? '');
    }
    const { status } = await quittance.request<Payment>('GET', `/payments/${payment.id}`);
    timeline.done(`${status}; pictures are in ${PICTURES}`);
    return 0;
  } catch (error) {
    timeline.fail((error as Error).message);
    if (quittance) process.stderr.write(quittance.output.slice(-4_000));
    return 1;
  } finally {
    await browser?.stop();
    await quittance?.end();
    folder.remove();
  }
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { ClientPackage } from '../harness/client-package.js';
import { requestsIn, runPrinted } from '../harness/curl.js';
import { statusOf } from '../harness/dev-payments.js';
import { codeBlocks } from '../harness/documents.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { tempFolder } from '../harness/temp-folder.js';

const folder = tempFolder();
const ROOT = join(import.meta.dirname, '../..');
const README = 'README.md';
const CLIENTS_README = 'clients/typescript/README.md';
let quittance: QuittanceProcess;

beforeAll(async () => {
  quittance = await QuittanceProcess.start(folder.path);
});
afterAll(async () => {
  await quittance.end();
  folder.remove();
});

/** The blocks of the README that curl stands in, in its order. */
const printed = () => codeBlocks(README, 'sh').filter((block) => block.includes('curl '));
const withKey = (lines: string) => lines.replaceAll('qk_…', quittance.apiKey);

describe('the lines of the README', () => {
  it('make a payment and pay it, as printed', async () => {
    const [request = '', paying = ''] = printed();
    const payment = JSON.parse(runPrinted(withKey(request), quittance, folder.path)) as PaymentView;
    expect(payment).toMatchObject({ status: 'pending', reference: 'order 1' });

    const key = /^KEY=.*$/m.exec(withKey(request))?.[0] ?? '';
    const filled = paying.replaceAll('<address>', payment.address).replaceAll('<id>', payment.id);
    expect(runPrinted(`${key}\n${filled}`, quittance, folder.path)).toContain(payment.id);
    await statusOf(quittance, payment.id, 'confirmed');
  });

  it('make one as soon as it says that it is ready, also after all of it was killed', async () => {
    await quittance.killTree();
    quittance = await QuittanceProcess.start(folder.path);
    const [request = ''] = printed();
    const payment = JSON.parse(runPrinted(withKey(request), quittance, folder.path)) as PaymentView;
    expect(payment).toMatchObject({ status: 'pending', unavailable: [] });
  });
});

describe('the lines of docs/webhooks.md', () => {
  it('make an endpoint, and its secret is in the answer', () => {
    const [making = ''] = codeBlocks('docs/webhooks.md', 'sh').filter((block) => block.includes('curl '));
    const lines = `KEY=${quittance.apiKey}\n${making}`;
    expect(JSON.parse(runPrinted(lines, quittance, folder.path))).toMatchObject({
      event_types: ['payment.*'],
      secret: expect.stringMatching(/^whsec_/),
    });
  });

  it('and of the README are all the lines with curl that pages print', () => {
    const pages = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'));
    const withCurl = [
      'README.md',
      'CONTRIBUTING.md',
      CLIENTS_README,
      ...pages.map((file) => `docs/${file}`),
    ].flatMap((page) =>
      codeBlocks(page, 'sh')
        .filter((block) => /^curl /m.test(block))
        .map(() => page),
    );
    expect(withCurl).toEqual(['README.md', 'README.md', 'docs/webhooks.md']);
  });
});

describe('clients/typescript', () => {
  let client: ClientPackage;
  let complaints: string[];
  const start = () => `import { quittance } from 'quittance-client';
    const api = quittance({ url: '${quittance.url}', key: '${quittance.apiKey}' });\n`;

  /** What curl sends in the README, as calls of the client. */
  function callsOfReadme(): string {
    const requests = printed().flatMap(requestsIn);
    expect(requests.length).toBeGreaterThan(1);
    const calls = requests.map(({ method, path, body }) => {
      const parameters = path.endsWith('/<id>') ? [`params: { path: { id: 'x' } }`] : [];
      const options = [...parameters, ...(body === null ? [] : [`body: ${body}`])];
      return `await api.${method}('${path.replace('<id>', '{id}')}', { ${options.join(', ')} });`;
    });
    return start() + calls.join('\n');
  }

  beforeAll(() => {
    client = ClientPackage.build();
    const [first = '', webhooks = ''] = codeBlocks(CLIENTS_README, 'ts');
    complaints = client.compile({
      requests: callsOfReadme(),
      misspelt: callsOfReadme().replace('"amount"', '"ammount"'),
      first: first.replace('http://localhost:3000', quittance.url).replace('qk_…', quittance.apiKey),
      webhooks,
      refused: `${start()}const { error } = await api.POST('/api/v1/payments', { body: { chain: 'nowhere', amount: '1' } });
        console.log(error?.status, error?.code);`,
    });
  });
  afterAll(() => client.remove());

  it('compiles the requests of the README and all that its own prints, and nothing misspelt', () => {
    expect(complaints).toEqual([expect.stringMatching(/^misspelt\.ts.*ammount/)]);
  });

  it('does what its own README prints, against a running server', () => {
    const { out, err } = client.run('first');
    expect({ err, out }).toEqual({
      err: '',
      out: expect.stringMatching(/^send 1000000000000000000 ETH to 0x[0-9a-fA-F]{40}\npending\n[1-9]\d*\n$/),
    });
  });

  it('gives a refusal as a problem with its code', () => {
    expect(client.run('refused')).toEqual({ err: '', out: '400 unknown_chain\n' });
  });
});

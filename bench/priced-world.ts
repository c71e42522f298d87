import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { QuittanceProcess } from '../test/harness/quittance-process.js';
import { tempFolder } from '../test/harness/temp-folder.js';
import { load } from './run-load.js';

const CHAINS = [1, 10, 8453, 42161];
/** Nobody listens there: what is measured is the API, and a chain that was not asked yet takes payments. */
const NOWHERE = 'http://127.0.0.1:9';
const RATE_REQUESTS = 500;

/** A process that offers eight assets for a price: four chains, each with its native asset and a token. */
export async function pricedWorld() {
  const folder = tempFolder();
  const chains = CHAINS.map((id) => ({
    name: `chain${id}`,
    chain_id: id,
    rpc_urls: [NOWHERE],
    confirmations: 12,
    block_time_ms: 12_000,
    native: { symbol: 'ETH', decimals: 18 },
    tokens: [{ symbol: 'USDC', address: `0x${'c0'.repeat(20)}`, decimals: 6 }],
  }));
  const pairs = {
    'ETH/USD': [{ fixed: '3500' }],
    'USDC/USD': [{ fixed: '1' }],
    'EUR/USD': [{ fixed: '1.16' }],
  };
  writeFileSync(join(folder.path, 'chains.yaml'), stringify(chains));
  writeFileSync(join(folder.path, 'rates.yaml'), stringify({ pairs }));
  const quittance = await QuittanceProcess.start(folder.path, {
    CHAINS_FILE: join(folder.path, 'chains.yaml'),
    RATES_FILE: join(folder.path, 'rates.yaml'),
    LOG_LEVEL: 'error',
  });
  const headers = { authorization: `Bearer ${quittance.apiKey}` };
  const post = (body: object) => (seconds: number) =>
    load(`${quittance.url}/api/v1/payments`, seconds, headers, { ...body, reference: 'bench' });
  return {
    plain: post({ chain: 'chain1', amount: '1000000000000000000' }),
    priced: post({ price: { amount: '49.90', currency: 'EUR' } }),
    async ratesP99Ms(): Promise<number> {
      const took: number[] = [];
      for (let request = 0; request < RATE_REQUESTS; request += 1) {
        const from = performance.now();
        await (await fetch(`${quittance.url}/api/v1/rates`, { headers })).text();
        took.push(performance.now() - from);
      }
      return took.sort((a, b) => a - b)[Math.floor(RATE_REQUESTS * 0.99)] as number;
    },
    async end(): Promise<void> {
      await quittance.end();
      folder.remove();
    },
  };
}

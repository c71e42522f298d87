import { Agent, request } from 'node:http';

/** As the scanner reads them. */
const TOGETHER = 20;

/** The least that any reader of these blocks has to do: each block with its receipts, parsed. @returns blocks per second */
export async function bareFetch(url: string, from: number, to: number): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  const startedAt = performance.now();
  for (let first = from; first <= to; first += TOGETHER) {
    const numbers = Array.from({ length: Math.min(TOGETHER, to - first + 1) }, (_, index) => first + index);
    const quantities = numbers.map((number) => `0x${number.toString(16)}`);
    await Promise.all([
      post(agent, url, quantities, 'eth_getBlockByNumber', true),
      post(agent, url, quantities, 'eth_getBlockReceipts'),
    ]);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return (to - from + 1) / seconds;
}

function post(
  agent: Agent,
  url: string,
  blocks: string[],
  method: string,
  ...rest: unknown[]
): Promise<unknown> {
  const calls = blocks.map((block, id) => ({ jsonrpc: '2.0', id, method, params: [block, ...rest] }));
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(calls));
  });
}

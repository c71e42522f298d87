/* Signed POSTs by bare node:http on keep-alive connections, per second: `post-loop.ts <url> <seconds>`. */
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { webhookBody } from './bodies.js';

const [url = '', seconds = '1'] = process.argv.slice(2);
const CONNECTIONS = 32;
const KEY = Buffer.alloc(32, 7);
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const endsAt = Date.now() + Number(seconds) * 1000;
let done = 0;

function post(): Promise<void> {
  return new Promise((resolve, reject) => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const body = webhookBody(new Date());
    const signature = createHmac('sha256', KEY).update(`evt_1.${timestamp}.${body}`).digest('base64');
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'webhook-id': 'evt_1',
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
      'x-webhook-signature': createHmac('sha256', KEY).update(body).digest('hex'),
    };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', resolve);
      done += 1;
    });
    sent.on('error', reject).end(body);
  });
}

async function connection(): Promise<void> {
  while (Date.now() < endsAt) await post();
}

const startedAt = performance.now();
await Promise.all(Array.from({ length: CONNECTIONS }, connection));
console.log(JSON.stringify({ perSecond: (done * 1000) / (performance.now() - startedAt) }));
agent.destroy();

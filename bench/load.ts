/* A load generator in a process of its own: `load.ts <url> <connections> <seconds> <headers json> <body>`. */
import { Agent, request } from 'node:http';

const [url = '', connections = '1', seconds = '1', headers = '{}', body = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const endsAt = Date.now() + Number(seconds) * 1000;
const options = {
  method: 'POST',
  agent,
  headers: { 'content-type': 'application/json', ...(JSON.parse(headers) as object) },
};
let done = 0;
let failed = 0;

function post(): Promise<void> {
  return new Promise((resolve) => {
    const sent = request(url, options, (response) => {
      if (response.statusCode !== 201) failed += 1;
      response.resume().on('end', () => {
        done += 1;
        resolve();
      });
    });
    sent.on('error', () => {
      failed += 1;
      resolve();
    });
    sent.end(body);
  });
}

async function connection(): Promise<void> {
  while (Date.now() < endsAt) await post();
}

const startedAt = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, connection));
console.log(JSON.stringify({ perSecond: (done * 1000) / (performance.now() - startedAt), failed }));
agent.destroy();

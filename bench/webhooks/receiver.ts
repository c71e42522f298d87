/* A consumer in a process of its own: accepts at once, hangs below /hang, and tells the delay of what it got. */
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

let delaysMs: number[] = [];
let hanging = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/hang') {
      hanging += 1;
      return;
    }
    const { timestamp } = JSON.parse(Buffer.concat(chunks).toString()) as { timestamp: string };
    delaysMs.push(Date.now() - Date.parse(timestamp));
    response.writeHead(204).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));

process.on('message', () => {
  const sorted = delaysMs.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  process.send?.({ count: sorted.length, hanging, p50: at(0.5), p99: at(0.99) });
  delaysMs = [];
  hanging = 0;
});
process.on('disconnect', () => process.exit(0));

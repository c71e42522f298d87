import { type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { unusedPort } from '../../src/process/ports.js';
import { type RawAnswer, RawReceiver } from './raw-receiver.js';
import { waitFor } from './wait-for.js';
import { type WorkerWorld } from './worker-world.js';

const OK = 'HTTP/1.1 200 OK\r\n';
const BOMB = gzipSync(Buffer.alloc(20_000_000));

const drip = (socket: Socket) => {
  socket.write(`${OK}content-length: 100000\r\n\r\n`);
  const drop = setInterval(() => socket.write('.'), 500);
  socket.on('close', () => clearInterval(drop));
};

/** What receivers of webhooks do that nobody should wait for. */
const KINDS = {
  drips: drip,
  hangs: () => undefined,
  cuts: (socket) => socket.destroy(),
  bombs: (socket) =>
    void socket.write(`${OK}content-encoding: gzip\r\ncontent-length: ${BOMB.length}\r\n\r\n`, () =>
      socket.write(BOMB),
    ),
  redirects: (socket) => void socket.write('HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n'),
  switches: (socket) =>
    void socket.end('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'),
} satisfies Record<string, RawAnswer>;

/** Fifteen of them: two of each kind, one more that hangs, and two where nobody listens. @returns their URLs, and what ends them */
export async function badReceivers(): Promise<{ urls: string[]; stop: () => Promise<void> }> {
  const kinds: RawAnswer[] = Object.values(KINDS);
  const running: RawReceiver[] = [];
  for (const answer of [...kinds, ...kinds, KINDS.hangs]) running.push(await RawReceiver.start(answer));
  const nobody = [await unusedPort(), await unusedPort()].map((port) => `http://127.0.0.1:${port}/`);
  return {
    urls: [...running.map(({ url }) => url), ...nobody],
    stop: async () => {
      for (const receiver of running) await receiver.stop();
    },
  };
}

/** The value that so large a share of them is not above. */
export function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] as number;
}

/** Events that are committed together. */
const BURST = 150;

/** From the commit of a burst to each of its arrivals at the healthy endpoint, p99 in ms. */
export async function burst(world: WorkerWorld): Promise<number> {
  const arrivals: number[] = [];
  world.receiver.answer = (response) => {
    arrivals.push(performance.now());
    response.writeHead(204).end();
  };
  const committedAt = performance.now();
  await world.commitEvents(BURST);
  await waitFor('the burst at the healthy endpoint', () => arrivals.length >= BURST, 60_000);
  return percentile(
    arrivals.map((at) => at - committedAt),
    0.99,
  );
}

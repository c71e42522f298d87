import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { waitFor } from '../harness/wait-for.js';
import { cutSlowReaders } from '../../src/http/slow-readers.js';

/** More than the buffers of both ends of a connection hold. */
const MUCH = Buffer.alloc(24 << 20, 'x');
const TIME_TO_READ_MS = 400;

let server: FastifyInstance;
let port: number;
let watched: ReadonlySet<unknown>;

beforeAll(async () => {
  server = fastify();
  watched = cutSlowReaders(server, TIME_TO_READ_MS);
  server.get('/whole', (_request, reply) => reply.send(MUCH));
  server.get('/stream', (_request, reply) => reply.send(Readable.from(endless())));
  server.get('/late', async (_request, reply) => {
    await delay(3 * TIME_TO_READ_MS);
    return reply.send('at last');
  });
  server.get('/pause', (_request, reply) => reply.send(Readable.from(paused())));
  await server.listen({ port: 0, host: '127.0.0.1' });
  ({ port } = server.server.address() as AddressInfo);
});
afterAll(() => server.close());

const SOME = MUCH.subarray(0, 64 << 10);

function* endless() {
  for (;;) yield SOME;
}

async function* paused() {
  yield 'one ';
  await delay(3 * TIME_TO_READ_MS);
  yield 'two';
}

/** Asks, and reads nothing of what comes, or what it is told to. */
function ask(path: string, reads: (socket: Socket) => void): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(path === '/whole' ? 2 : 1));
  reads(socket);
  return socket;
}

const connections = () =>
  new Promise<number>((resolve) => server.server.getConnections((_error, count) => resolve(count)));

it.each<[string, string, (socket: Socket) => unknown]>([
  ['reads nothing of an answer', '/whole', () => undefined],
  ['reads nothing of a stream', '/stream', () => undefined],
  [
    'reads an answer a little at a time',
    '/whole',
    (socket: Socket) => {
      const timer = setInterval(() => void socket.read(1_000), 20);
      socket.on('readable', () => undefined);
      socket.once('close', () => clearInterval(timer));
    },
  ],
])('ends a connection that %s', async (_, path, reads) => {
  const before = await connections();
  const socket = ask(path, reads);
  await waitFor('it to be there', async () => (await connections()) > before);
  await waitFor('it to be ended', async () => (await connections()) === before);
  socket.destroy();
});

it('leaves those alone who wait for us, whatever that takes', async () => {
  const answers = ['/late', '/pause'].map(async (path) =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).text(),
  );
  expect(await Promise.all(answers)).toEqual(['at last', 'one two']);
});

it('leaves a reader of a stream alone that takes something now and then', async () => {
  const socket = ask('/stream', () => undefined);
  let taken = 0;
  const since = Date.now();
  socket.on('data', (chunk: Buffer) => {
    taken += chunk.length;
    socket.pause();
    setTimeout(() => socket.resume(), 5);
  });
  await waitFor('it to have read for longer than it is given', () =>
    Promise.resolve(Date.now() - since > 3 * TIME_TO_READ_MS),
  );
  expect([socket.destroyed, taken > 0]).toEqual([false, true]);
  socket.destroy();
});

it('keeps nothing of answers whose reader has gone, also before they were made, or while they waited for another', async () => {
  let asked = 0;
  server.server.on('request', () => (asked += 1));
  for (const path of ['/late', '/whole']) {
    const before = asked;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(20));
    await waitFor('all to be asked for', () => Promise.resolve(asked === before + 20));
    socket.destroy();
  }
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /late HTTP/1.1\r\nhost: localhost\r\n\r\n');
  socket.write('GET /whole HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(20));
  await waitFor('those behind the first to be made', () => Promise.resolve(watched.size >= 20));
  socket.destroy();
  await waitFor('all to be forgotten', () => Promise.resolve(watched.size === 0));
});

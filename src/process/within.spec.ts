import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { withinMs } from '../chain/rpc/within-ms.js';
import { within } from './within.js';

/** Reads what had come by the end of a standstill of 1 s. */
async function readAfterStandstill<T>(read: (answer: Promise<string>) => Promise<T>): Promise<T> {
  const server = createServer((socket) => void socket.end('an answer')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const answer = once(socket, 'data').then(String);
  const result = read(answer);
  const began = performance.now();
  while (performance.now() - began < 1_000);
  try {
    return await result;
  } finally {
    socket.destroy();
    server.close();
  }
}

it('what waits unread when a standstill of ours ends is no silence', async () => {
  await expect(readAfterStandstill((answer) => within(600, answer, 'nothing'))).resolves.toBe('an answer');
  await expect(readAfterStandstill((answer) => withinMs(600, answer))).resolves.toBe('an answer');
});

it('what takes longer is not waited for', async () => {
  const never = new Promise<string>(() => undefined);
  await expect(within(1, never, 'nothing')).resolves.toBe('nothing');
  await expect(withinMs(1, never)).rejects.toThrow('no answer within 1 ms');
});

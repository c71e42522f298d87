import { type LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import { Agent, request } from 'node:http';
import { type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { PrivateAddressError, publicLookup } from './public-lookup.js';

const PUBLIC = { address: '93.184.216.34', family: 4 };
const PRIVATE = { address: '10.0.0.7', family: 4 };

/** A name server whose answer to each question is the next of these. */
const answering = (...answers: LookupAddress[][]) => {
  let asked = 0;
  const resolve: Parameters<typeof publicLookup>[0]['resolve'] = (_name, _options, callback) => {
    const answer = answers[asked++] ?? [];
    setImmediate(() => callback(null, answer));
  };
  const lookup = publicLookup({ who: 'webhooks', resolve });
  const ask = (all: boolean) =>
    new Promise((resolve, reject) =>
      lookup('shop.example', { all }, (error, addresses, family) =>
        error ? reject(error) : resolve(all ? addresses : { address: addresses, family }),
      ),
    );
  return { ask, lookup, asked: () => asked };
};

describe('publicLookup', () => {
  it('hands out public addresses, one or all', async () => {
    await expect(answering([PUBLIC]).ask(false)).resolves.toEqual(PUBLIC);
    await expect(answering([PUBLIC, PUBLIC]).ask(true)).resolves.toEqual([PUBLIC, PUBLIC]);
  });

  it.each([
    ['is private', [PRIVATE]],
    ['is public and private', [PUBLIC, PRIVATE]],
    ['is public in IPv4 and private in IPv6', [PUBLIC, { address: 'fd00::1', family: 6 }]],
    ['is loopback in disguise', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['is loopback behind NAT64', [{ address: '64:ff9b::7f00:1', family: 6 }]],
  ])('refuses a name that %s', async (_what, addresses) => {
    await expect(answering(addresses).ask(true)).rejects.toThrow(PrivateAddressError);
    await expect(answering(addresses).ask(false)).rejects.toThrow(PrivateAddressError);
  });

  it('passes on that a name is not known', async () => {
    const lookup = publicLookup({
      who: 'webhooks',
      resolve: (_name, _options, callback) => callback(new Error('ENOTFOUND'), []),
    });
    const error = await new Promise((resolve) => lookup('nowhere.example', {}, resolve));
    expect(error).toEqual(new Error('ENOTFOUND'));
  });

  it('is asked once per connection: an answer that changes between check and connect changes nothing', async () => {
    const { lookup, asked } = answering([PRIVATE], [PUBLIC]);
    const server = await listening();
    const agent = new Agent({ lookup });
    const { port } = server.address() as AddressInfo;
    const error = await new Promise<Error>((resolve) => {
      request({ host: 'shop.example', port, agent }).on('error', resolve).end();
    });
    expect(error).toBeInstanceOf(PrivateAddressError);
    expect(asked()).toBe(1);
    agent.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('connects to the public address it was told of, though the name is private a moment later', async () => {
    const inward = await listening();
    let isTouched = false;
    inward.on('connection', () => (isTouched = true));
    const { lookup, asked } = answering([PUBLIC], [{ address: '127.0.0.1', family: 4 }]);
    const agent = new Agent({ lookup });
    const { port } = inward.address() as AddressInfo;
    const sent = request({ host: 'shop.example', port, agent });
    const tried = new Promise<string>((resolve) => {
      sent.on('socket', (socket) => socket.on('connectionAttempt', resolve));
    });
    const failed = new Promise((resolve) => sent.on('error', resolve));
    sent.end();
    await expect(tried).resolves.toBe(PUBLIC.address);
    sent.destroy();
    await failed;
    expect({ asked: asked(), isTouched }).toEqual({ asked: 1, isTouched: false });
    agent.destroy();
    await new Promise((resolve) => inward.close(resolve));
  });

  function listening(): Promise<Server> {
    const server = createServer();
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
  }
});

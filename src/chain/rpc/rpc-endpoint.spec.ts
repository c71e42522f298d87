import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MethodNotFoundError, RpcEndpoint, RpcError } from './rpc-endpoint.js';
import { WrongShapeError } from './unproven-answer.js';

const servers: Server[] = [];

async function aNode(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const jsonRpc =
  (body: Record<string, unknown>): RequestListener =>
  (request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      const { id } = JSON.parse(text) as { id: number };
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
    });
  };

afterEach(() => servers.splice(0).forEach((server) => server.close().closeAllConnections()));

describe('RpcEndpoint', () => {
  it('returns the node’s answer as its method is read', async () => {
    const endpoint = new RpcEndpoint(await aNode(jsonRpc({ result: '0x1f' })));
    await expect(endpoint.call('eth_blockNumber', [])).resolves.toBe(31);
    await expect(endpoint.call('eth_gasPrice', [])).resolves.toBe(31n);
    endpoint.close();
  });

  it('gives nobody an answer of another form', async () => {
    const endpoint = new RpcEndpoint(await aNode(jsonRpc({ result: { number: '0x1' } })));
    await expect(endpoint.call('eth_getBlockByNumber', ['latest', false])).rejects.toThrow(WrongShapeError);
    await expect(endpoint.call('eth_blockNumber', [])).rejects.toThrow(
      /eth_blockNumber is not usable: it should be a quantity, and is an object/,
    );
    endpoint.close();
  });

  it.each([false, null, 0, ''])('takes a result beside an error that is none: %p', async (error) => {
    const endpoint = new RpcEndpoint(await aNode(jsonRpc({ result: '0x1f', error })));
    await expect(endpoint.call('eth_blockNumber', [])).resolves.toBe(31);
    endpoint.close();
  });

  it('takes such an error without a result for a failure', async () => {
    const endpoint = new RpcEndpoint(await aNode(jsonRpc({ error: false })));
    await expect(endpoint.call('eth_getTransactionReceipt', [`0x${'00'.repeat(32)}`])).rejects.toThrow(
      RpcError,
    );
    endpoint.close();
  });

  it('tells a method the node lacks from a failure', async () => {
    const lacking = await aNode(jsonRpc({ error: { code: -32601, message: 'the method does not exist' } }));
    const endpoint = new RpcEndpoint(lacking);
    await expect(endpoint.call('eth_getBlockReceipts', ['0x'])).rejects.toThrow(MethodNotFoundError);
    endpoint.close();
  });

  it('sends the credentials of its URL, and never names them, the path or the query', async () => {
    let authorization: string | undefined;
    const url = await aNode((request, response) => {
      authorization = request.headers.authorization;
      response.writeHead(503).end('upstream down');
    });
    const endpoint = new RpcEndpoint(`${url.replace('//', '//user:hunter2@')}/v2/secret-key?token=hidden`);
    const failure = await endpoint.call('eth_blockNumber', []).then(
      () => null,
      (error: Error) => error,
    );
    expect(authorization).toBe(`Basic ${Buffer.from('user:hunter2').toString('base64')}`);
    expect(failure).toBeInstanceOf(RpcError);
    expect(failure?.message).toMatch(/503/);
    expect(`${endpoint.label} ${failure?.message}`).not.toMatch(/hunter2|secret-key|hidden/);
    endpoint.close();
  });

  it('says where a redirection leads, and does not go there, nor name its path', async () => {
    const asked: unknown[] = [];
    const url = await aNode(({ url: path }, response) => {
      asked.push(path);
      response.writeHead(308, { location: 'https://node.example/v2/secret-key' }).end();
    });
    const endpoint = new RpcEndpoint(url);
    const error = await endpoint.call('eth_blockNumber', []).catch((thrown: Error) => thrown.message);
    endpoint.close();
    expect(error).toContain('HTTP 308 Permanent Redirect: it leads to https://node.example, give the URL');
    expect(error).not.toContain('secret-key');
    expect(asked).toHaveLength(1);
  });

  it('gives up at once on a refused connection', async () => {
    const endpoint = new RpcEndpoint('http://127.0.0.1:1');
    await expect(endpoint.call('eth_blockNumber', [])).rejects.toThrow(RpcError);
    endpoint.close();
  });
});

describe('batches', () => {
  /** Answers each call with its method, after `refuse` has had a look at the body. */
  const aNodeThat = (refuse: (body: unknown) => string | null, seen: unknown[]) =>
    aNode((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += chunk));
      request.on('end', () => {
        const body = JSON.parse(text) as { id: number; method: string }[] | { id: number; method: string };
        seen.push(body);
        const answer = ({ id, method }: { id: number; method: string }) => ({
          jsonrpc: '2.0',
          id,
          result: method === 'eth_chainId' ? '0x1' : '0x2',
        });
        response.end(refuse(body) ?? JSON.stringify(Array.isArray(body) ? body.map(answer) : answer(body)));
      });
    });
  const callTwo = (endpoint: RpcEndpoint) =>
    Promise.all([endpoint.call('eth_chainId', []), endpoint.call('eth_blockNumber', [])]);

  it('carry calls made side by side in one HTTP request', async () => {
    const seen: unknown[] = [];
    const endpoint = new RpcEndpoint(await aNodeThat(() => null, seen));
    await expect(callTwo(endpoint)).resolves.toEqual([1, 2]);
    expect(seen).toHaveLength(1);
    endpoint.close();
  });

  it.each([
    [
      'one error for all',
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch not supported"}}',
    ],
    [
      'a list that answers nothing',
      '[{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"limit 1"}}]',
    ],
  ])('are given up for nodes that refuse them with %s', async (_how, refusal) => {
    const seen: unknown[] = [];
    const url = await aNodeThat((body) => (Array.isArray(body) ? refusal : null), seen);
    const endpoint = new RpcEndpoint(url);
    await expect(callTwo(endpoint)).resolves.toEqual([1, 2]);
    await expect(callTwo(endpoint)).resolves.toEqual([1, 2]);
    expect(seen.filter(Array.isArray)).toHaveLength(1);
    endpoint.close();
  });
});

function cutAndPacked(response: ServerResponse, right: unknown): void {
  const packed = gzipSync(JSON.stringify(right));
  response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed.subarray(0, packed.length - 12));
}

describe('batches of a node with limits', () => {
  interface Call {
    id: number;
    method: string;
    params: [string];
  }
  type Reply = Record<string, unknown>;
  let sizes: number[];

  /** @param reply to a batch; a call alone is always answered */
  async function anEndpoint(
    reply: (calls: Call[], right: Reply[]) => unknown,
    options: { timeoutMs?: number; later?: (calls: Call[]) => number } = {},
  ): Promise<RpcEndpoint> {
    sizes = [];
    const url = await aNode((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += chunk));
      request.on('end', () => {
        const body = JSON.parse(text) as Call | Call[];
        const calls = Array.isArray(body) ? body : [body];
        sizes.push(calls.length);
        const right = calls.map(({ id, params }) => ({ jsonrpc: '2.0', id, result: params[0] }));
        const given = Array.isArray(body) ? reply(calls, right) : right[0];
        if (typeof given === 'function') return void (given as (to: ServerResponse) => unknown)(response);
        return void setTimeout(
          () => response.end(typeof given === 'string' ? given : JSON.stringify(given)),
          options.later?.(calls) ?? 0,
        ).unref();
      });
    });
    return new RpcEndpoint(url, options);
  }

  const FORTY = Array.from({ length: 40 }, (_, index) => `0x${index.toString(16)}`);
  const ask = (endpoint: RpcEndpoint) =>
    Promise.all(FORTY.map((value) => endpoint.call('eth_getBalance', [value])));
  const RIGHT = FORTY.map((value) => BigInt(value));
  const error = (id: number, code: number, message: string) => ({
    jsonrpc: '2.0',
    id,
    error: { code, message },
  });

  it.each<[string, (calls: Call[], right: Reply[]) => unknown]>([
    [
      'refuses the last calls of a batch as too large',
      (calls, right) =>
        right.map((own, at) => (at < 3 ? own : error(calls[at]?.id ?? 0, -32003, 'response too large'))),
    ],
    [
      'names the first call of a batch that is too large, and no other',
      (calls, right) => (calls.length <= 4 ? right : [error(calls[0]?.id ?? 0, -32600, 'batch too large')]),
    ],
    ['leaves out answers', (_calls, right) => right.slice(0, 3)],
    ['gives two answers to one call', (_calls, right) => [{ ...right[0], result: '0x77' }, ...right]],
    [
      'closes the connection in place of an answer',
      (calls, right) => (calls.length <= 4 ? right : (response: ServerResponse) => response.destroy()),
    ],
    [
      'cuts its answer, which is packed',
      (calls, right) =>
        calls.length <= 4 ? right : (response: ServerResponse) => cutAndPacked(response, right),
    ],
    [
      'answers with a page for people',
      (calls, right) => (calls.length <= 4 ? right : '<html><body>Too large</body></html>'),
    ],
    [
      'has one refusal for all, with the number of one',
      (calls, right) =>
        calls.length <= 4 ? right : error(calls[3]?.id ?? 0, -32600, 'validation errors in batch'),
    ],
    ['cuts its answer', (calls, right) => (calls.length <= 4 ? right : JSON.stringify(right).slice(0, 100))],
    [
      'mixes in what nobody asked for',
      (_calls, right) => [{ id: -7, result: '0x1' }, null, 5, ...[...right].reverse()],
    ],
  ])('come to the right answers though it %s', async (_what, reply) => {
    const endpoint = await anEndpoint(reply);
    await expect(ask(endpoint)).resolves.toEqual(RIGHT);
    endpoint.close();
  });

  it('become smaller for good, and not larger than it takes', async () => {
    const endpoint = await anEndpoint((calls, right) =>
      right.map((own, at) => (at < 5 ? own : error(calls[at]?.id ?? 0, -32003, 'response too large'))),
    );
    await ask(endpoint);
    sizes = [];
    await ask(endpoint);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
    endpoint.close();
  });

  it('become smaller when they take longer than is waited for', async () => {
    const endpoint = await anEndpoint((_calls, right) => right, {
      timeoutMs: 1_000,
      later: (calls) => (calls.length > 10 ? 5_000 : 0),
    });
    await expect(ask(endpoint)).rejects.toThrow(/no answer within 1000 ms/);
    await expect(ask(endpoint)).resolves.toEqual(RIGHT);
    endpoint.close();
  });

  it('have an estimate by no one beside it, which may hang without anything else doing so, nor the endpoint resting', async () => {
    const url = await aNode((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += chunk));
      request.on('end', () => {
        if (text.includes('eth_estimateGas')) return;
        const body = JSON.parse(text) as Call | Call[];
        const answers = [body].flat().map(({ id, params }) => ({ jsonrpc: '2.0', id, result: params[0] }));
        response.end(JSON.stringify(Array.isArray(body) ? answers : answers[0]));
      });
    });
    const endpoint = new RpcEndpoint(url, { timeoutMs: 1_500 });
    const hung = FORTY.map((to) => endpoint.call('eth_estimateGas', [{ to }]));
    const [first, ...estimates] = [ask(endpoint), ...hung];
    await expect(first).resolves.toEqual(RIGHT);
    const ends = await Promise.allSettled(estimates);
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(40);
    expect(endpoint.circuit.state(performance.now())).toBe('closed');
    await expect(ask(endpoint)).resolves.toEqual(RIGHT);
    endpoint.close();
  });

  it('give a call alone that is too large its refusal', async () => {
    const endpoint = new RpcEndpoint(
      await aNode(jsonRpc({ error: { code: -32003, message: 'response too large' } })),
    );
    await expect(endpoint.call('eth_getBlockReceipts', ['0x1'])).rejects.toMatchObject({
      failure: { kind: 'too_large' },
    });
    endpoint.close();
  });

  it('cut off an answer that is longer than any of its method', async () => {
    const endpoint = new RpcEndpoint(await aNode(jsonRpc({ result: '0x'.padEnd(2 ** 20, '1') })));
    await expect(endpoint.call('eth_gasPrice', [])).rejects.toThrow(/longer than any should be/);
    endpoint.close();
  });

  it.each<[string, object, unknown]>([
    ['its number as text', { id: '1', result: '0x5' }, '0x5'],
    ['no result where there is nothing', { jsonrpc: '2.0', id: 1 }, null],
  ])('take an answer that has %s', async (_form, body, right) => {
    const url = await aNode((_request, response) =>
      response.end(JSON.stringify({ jsonrpc: '2.0', ...body })),
    );
    const endpoint = new RpcEndpoint(url);
    const asked = endpoint.call(right === null ? 'eth_getTransactionReceipt' : 'eth_gasPrice', []);
    await expect(asked).resolves.toBe(right === null ? null : 5n);
    endpoint.close();
  });

  it('know a refusal by its code also as text', async () => {
    const endpoint = new RpcEndpoint(await aNode(jsonRpc({ error: { code: '-32601', message: 'no' } })));
    await expect(endpoint.call('eth_getBlockReceipts', ['0x'])).rejects.toThrow(MethodNotFoundError);
    endpoint.close();
  });

  it('take no answer that is to another call', async () => {
    const endpoint = new RpcEndpoint(
      await aNode((_request, response) => response.end('{"id":999,"result":"0x5"}')),
    );
    await expect(endpoint.call('eth_gasPrice', [])).rejects.toThrow(/another call/);
    endpoint.close();
  });

  it('keep what strangers say printable and short', async () => {
    const message = `no\u0000 \u001b[2J${'x'.repeat(20_000)}`;
    const endpoint = new RpcEndpoint(await aNode(jsonRpc({ error: { code: -32000, message } })));
    const thrown = await endpoint.call('eth_gasPrice', []).catch((caught: Error) => caught.message);
    expect(thrown).not.toMatch(/[\u0000\u001b]/);
    expect(String(thrown).length).toBeLessThan(700);
    endpoint.close();
  });
});

import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
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
    const endpoint = new RpcEndpoint(await aNode(jsonRpc({ result: '0x1f' })), 1);
    await expect(endpoint.call('eth_blockNumber', [])).resolves.toBe(31);
    await expect(endpoint.call('eth_gasPrice', [])).resolves.toBe(31n);
    endpoint.close();
  });

  it('gives nobody an answer of another form', async () => {
    const endpoint = new RpcEndpoint(await aNode(jsonRpc({ result: { number: '0x1' } })), 1);
    await expect(endpoint.call('eth_getBlockByNumber', ['latest', false])).rejects.toThrow(WrongShapeError);
    await expect(endpoint.call('eth_blockNumber', [])).rejects.toThrow(
      /eth_blockNumber is not usable: it should be a quantity, and is an object/,
    );
    endpoint.close();
  });

  it('tells a method the node lacks from a failure', async () => {
    const lacking = await aNode(jsonRpc({ error: { code: -32601, message: 'the method does not exist' } }));
    const endpoint = new RpcEndpoint(lacking, 1);
    await expect(endpoint.call('eth_getBlockReceipts', ['0x'])).rejects.toThrow(MethodNotFoundError);
    endpoint.close();
  });

  it('sends the credentials of its URL, and never names them, the path or the query', async () => {
    let authorization: string | undefined;
    const url = await aNode((request, response) => {
      authorization = request.headers.authorization;
      response.writeHead(503).end('upstream down');
    });
    const endpoint = new RpcEndpoint(`${url.replace('//', '//user:hunter2@')}/v2/secret-key?token=hidden`, 1);
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

  it('gives up at once on a refused connection', async () => {
    const endpoint = new RpcEndpoint('http://127.0.0.1:1', 1);
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
    const endpoint = new RpcEndpoint(await aNodeThat(() => null, seen), 1);
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
    const endpoint = new RpcEndpoint(url, 1);
    await expect(callTwo(endpoint)).resolves.toEqual([1, 2]);
    await expect(callTwo(endpoint)).resolves.toEqual([1, 2]);
    expect(seen.filter(Array.isArray)).toHaveLength(1);
    endpoint.close();
  });
});

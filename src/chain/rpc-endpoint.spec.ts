import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MethodNotFoundError, RpcEndpoint, RpcError } from './rpc-endpoint.js';
import { RpcPool } from './rpc-pool.js';

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
  it('returns the node’s result as it came', async () => {
    const endpoint = new RpcEndpoint(await aNode(jsonRpc({ result: { number: '0x1' } })), 1);
    await expect(endpoint.call('eth_getBlockByNumber', ['latest', false])).resolves.toEqual({
      number: '0x1',
    });
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

describe('RpcPool', () => {
  it('asks the next endpoint when one fails', async () => {
    const dead = await aNode((_request, response) => response.writeHead(500).end());
    const pool = new RpcPool([dead, await aNode(jsonRpc({ result: '0x5' }))], 1);
    await expect(pool.call('eth_blockNumber', [])).resolves.toBe('0x5');
    pool.close();
  });

  it('says that a method is lacking only when no endpoint has it', async () => {
    const lacking = await aNode(jsonRpc({ error: { code: -32601, message: 'unknown method' } }));
    const broken = await aNode((_request, response) => response.writeHead(500).end());
    const pool = new RpcPool([lacking, broken], 1);
    await expect(pool.call('eth_getBlockReceipts', [])).rejects.not.toThrow(MethodNotFoundError);
    pool.close();
    const allLacking = new RpcPool([lacking, lacking], 1);
    await expect(allLacking.call('eth_getBlockReceipts', [])).rejects.toThrow(MethodNotFoundError);
    allLacking.close();
  });
});

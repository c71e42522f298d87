import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { JsonRpcError, type RunningAnvil } from './anvil.js';
import { type WriteAheadLog } from './write-ahead-log.js';

const BODY_LIMIT_BYTES = 4 * 1024 * 1024;
const READ_ONLY =
  /^(eth_(?!send)|net_|web3_|txpool_|debug_|trace_|ots_|erigon_|rpc_|anvil_(dumpState|nodeInfo|metadata|get|impersonate|stopImp|autoImp))/;

interface JsonRpcRequest {
  jsonrpc: string;
  id: unknown;
  method: string;
  params?: unknown[];
}

/**
 * The dev chain's public JSON-RPC. anvil keeps its state in memory, so what changes it is written down before it is
 * answered: whoever has a transaction's hash finds it again after a kill -9 of everything.
 */
export class RpcProxy {
  private turn: Promise<unknown> = Promise.resolve();
  private readonly server: Server;

  constructor(
    private readonly anvil: RunningAnvil,
    private readonly log: WriteAheadLog,
  ) {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  /** Runs while no call changes the chain. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('content-type', 'application/json');
    try {
      const body = JSON.parse(await textOf(request)) as JsonRpcRequest | JsonRpcRequest[];
      const answer = Array.isArray(body)
        ? await Promise.all(body.map((one) => this.answer(one)))
        : await this.answer(body);
      response.end(JSON.stringify(answer));
    } catch (error) {
      const message = error instanceof SyntaxError ? 'the body is not JSON' : (error as Error).message;
      response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32700, message } }));
    }
  }

  private async answer({ id, method, params = [] }: JsonRpcRequest): Promise<object> {
    try {
      const result = READ_ONLY.test(method)
        ? await this.anvil.rpc(method, params)
        : await this.exclusively(() => this.change(method, params));
      return { jsonrpc: '2.0', id, result };
    } catch (error) {
      const code = error instanceof JsonRpcError ? error.rpcCode : -32603;
      return { jsonrpc: '2.0', id, error: { code, message: (error as Error).message } };
    }
  }

  private async change(method: string, params: unknown[]): Promise<unknown> {
    const result = await this.anvil.rpc(method, params);
    this.log.append(await this.repeatable(method, params, result));
    return result;
  }

  /** What anvil signed itself is kept signed: sent again, it has the same hash. */
  private async repeatable(method: string, params: unknown[], result: unknown) {
    if (method !== 'eth_sendTransaction') return { method, params };
    const raw = await this.anvil.rpc<string | null>('eth_getRawTransactionByHash', [result]);
    return raw === null ? { method, params } : { method: 'eth_sendRawTransaction', params: [raw] };
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

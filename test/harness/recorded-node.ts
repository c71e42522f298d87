import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface RecordedBlock {
  number: string;
  hash: string;
  transactions: Record<string, unknown>[];
  [field: string]: unknown;
}

export type RecordedReceipt = Record<string, unknown>;

interface Call {
  id: number;
  method: string;
  params: unknown[];
}

/** What a method answers; `refuse` makes it an error. */
export type Answers = Record<string, (params: unknown[]) => unknown>;

/** An answer that is an error, in the node's own words. */
export class Refusal {
  constructor(
    readonly code: number,
    readonly message: string,
  ) {}
}

/** A node that knows what was recorded of one block, and nothing else. */
export class RecordedNode {
  private constructor(
    private readonly server: Server,
    readonly url: string,
    /** How often each method was asked. */
    readonly counts: Map<string, number>,
  ) {}

  /** @param habits instead of, or besides, what was recorded */
  static async start(
    chainId: number,
    block: RecordedBlock,
    receipts: RecordedReceipt[] | null,
    habits: Answers = {},
  ): Promise<RecordedNode> {
    const answers: Answers = { ...recorded(chainId, block, receipts), ...habits };
    const counts = new Map<string, number>();
    const answer = ({ id, method, params }: Call) => {
      counts.set(method, (counts.get(method) ?? 0) + 1);
      const result = answers[method]?.(params) ?? null;
      if (!(method in answers))
        return { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } };
      return result instanceof Refusal
        ? { jsonrpc: '2.0', id, error: { code: result.code, message: result.message } }
        : { jsonrpc: '2.0', id, result };
    };
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const given = JSON.parse(Buffer.concat(chunks).toString()) as Call | Call[];
        const body = Array.isArray(given) ? given.map(answer) : answer(given);
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new RecordedNode(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, counts);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function recorded(chainId: number, block: RecordedBlock, receipts: RecordedReceipt[] | null): Answers {
  const isIt = (asked: unknown) => ['latest', block.number, block.hash].includes(asked as string);
  return {
    eth_chainId: () => `0x${chainId.toString(16)}`,
    eth_getBlockByNumber: ([asked]) => (isIt(asked) ? block : null),
    eth_getBlockByHash: ([asked]) => (isIt(asked) ? block : null),
    ...(receipts === null
      ? {}
      : {
          eth_getBlockReceipts: ([asked]) => (isIt(asked) ? receipts : null),
          eth_getTransactionReceipt: ([hash]) =>
            receipts.find((receipt) => receipt.transactionHash === hash) ?? null,
          eth_getLogs: () => receipts.flatMap((receipt) => receipt.logs),
        }),
  };
}

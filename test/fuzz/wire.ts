import axios, { AxiosError, CanceledError, type InternalAxiosRequestConfig } from 'axios';
import { type Answer, type Call } from '../harness/faulty-rpc.js';

interface Request extends Call {
  id: unknown;
}

/** What comes back over HTTP. */
export interface Exchange {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** Instead of an answer: the connection is cut, or nothing ever comes. */
export type Silence = 'cut' | 'nothing';

/** A node behind a URL, as far as JSON-RPC goes. */
export interface Node {
  answer: (call: Call) => Answer | Promise<Answer>;
  /** What becomes of an exchange as a whole; as it is, without it. */
  exchange?: (exchange: Exchange, calls: readonly Call[]) => Promise<Exchange | Silence>;
}

/** Takes the place of HTTP: whatever axios sends while it is laid goes to these nodes, in this process. */
export class Wire {
  private readonly nodes = new Map<string, Node>();
  private readonly before = axios.defaults.adapter;

  constructor() {
    axios.defaults.adapter = (config) => this.send(config);
  }

  takeUp(): void {
    axios.defaults.adapter = this.before;
  }

  serve(url: string, node: Node): void {
    this.nodes.set(new URL(url).host, node);
  }

  private async send(config: InternalAxiosRequestConfig) {
    const node = this.nodes.get(new URL(config.baseURL ?? '').host);
    if (!node) throw new AxiosError('connect ECONNREFUSED', 'ECONNREFUSED', config);
    const exchange = await unlessAborted(config, exchangeWith(node, String(config.data)));
    if (exchange === 'cut') throw new AxiosError('socket hang up', 'ECONNRESET', config);
    const { status, headers, text } = exchange;
    if (text.length > (config.maxContentLength ?? Infinity)) {
      const message = `maxContentLength size of ${config.maxContentLength} exceeded`;
      throw new AxiosError(message, AxiosError.ERR_BAD_RESPONSE, config);
    }
    return { status, statusText: '', headers, data: text, config };
  }
}

async function exchangeWith(node: Node, body: string): Promise<Exchange | 'cut'> {
  const given = JSON.parse(body) as Request | Request[];
  const calls = Array.isArray(given) ? given : [given];
  const answers = await Promise.all(calls.map(async (call) => node.answer(call)));
  const bodies = answers.map(({ httpStatus: _, ...answer }: Answer & { httpStatus?: number }, index) => ({
    jsonrpc: '2.0',
    id: calls[index]?.id,
    ...answer,
  }));
  const status = answers.map((answer) => ('error' in answer ? answer.httpStatus : 200))[0] ?? 200;
  const text = JSON.stringify(Array.isArray(given) ? bodies : bodies[0]);
  const right: Exchange = { status, headers: {}, text };
  const told = (await node.exchange?.(right, calls)) ?? right;
  return told === 'nothing' ? new Promise(() => undefined) : told;
}

function unlessAborted<T>({ signal }: InternalAxiosRequestConfig, answer: Promise<T>): Promise<T> {
  if (!signal) return answer;
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener?.('abort', () => reject(new CanceledError()));
  });
  return Promise.race([answer, aborted]);
}

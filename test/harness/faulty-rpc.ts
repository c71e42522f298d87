import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { postJson } from './http-client.js';
import { readBetweenBlocks } from './mining-gate.js';

export interface Call {
  method: string;
  params: unknown[];
}

export interface RpcFailure {
  code: number;
  message: string;
  data?: unknown;
}

/** What a node says to one call. */
export type Answer = { result: unknown } | { error: RpcFailure; httpStatus?: number };

/** Asks the node behind the proxy. */
export type Ask = (call: Call) => Promise<Answer>;

/** What goes wrong with a call. A fault of the exchange hits every call that shares its HTTP request. */
export type Fault =
  | {
      kind: 'exchange';
      beforeMs?: number;
      respond?: (response: ServerResponse, body: () => Promise<string>) => unknown;
    }
  | AnswerFault;

/** What goes wrong with one call alone, whatever shares its request. */
export interface AnswerFault {
  kind: 'answer';
  answer: (call: Call, ask: Ask) => Promise<Answer>;
}

interface Habit {
  methods: readonly string[];
  fault: AnswerFault;
  onMet: () => void;
}

interface Rule {
  methods: readonly string[];
  fault: Fault;
  left: number;
}

const TOO_LARGE: Answer = { error: { code: -32_003, message: 'response too large' } };

interface Request extends Call {
  jsonrpc: '2.0';
  id: unknown;
}

/** A JSON-RPC node, by HTTP and by WebSocket, that passes everything on to a real one and fails as it is told. */
export class FaultyRpc {
  private rules: Rule[] = [];
  private readonly habits: Habit[] = [];
  /** Calls of a batch that are answered; the rest is refused, one by one. */
  mostCalls = Infinity;
  /** Calls that were refused for being more than that. */
  refusedInBatch = 0;
  private readonly counts = new Map<string, number>();
  private readonly upgraded = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;
  /** HTTP requests so far; fewer than the calls when they came in batches. */
  exchanges = 0;

  /** @param target the URL of the node behind; may be set to another at any time, as a load balancer does */
  private constructor(public target: string) {}

  static async start(target: string): Promise<FaultyRpc> {
    const proxy = new FaultyRpc(target);
    await proxy.revive();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get wsUrl(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** WebSockets open now. */
  get webSockets(): number {
    return this.upgraded.size / 2;
  }

  /**
   * Has a fault befall calls of these methods; the newest rule of a method counts.
   * @param methods `*` is every method
   * @param times as often; then the rule is gone
   * @returns ends it
   */
  inject(methods: string | readonly string[], fault: Fault, times = Infinity): () => void {
    const rule = { methods: typeof methods === 'string' ? [methods] : methods, fault, left: times };
    this.rules.unshift(rule);
    return () => {
      this.rules = this.rules.filter((other) => other !== rule);
    };
  }

  /**
   * How the node is: as a fault of these methods that nothing ends, behind those that are injected. Of several habits of
   * a method, each changes what those answer that were taken after it.
   * @param onMet called for every call that meets it
   */
  hasHabit(methods: readonly string[], fault: AnswerFault, onMet: () => void = () => undefined): void {
    this.habits.push({ methods, fault, onMet });
  }

  /** Whether it is dead, or something befalls its calls that is no habit. */
  get isFaulty(): boolean {
    return this.server === null || this.rules.length > 0;
  }

  /** Ends every fault; habits stay. */
  heal(): void {
    this.rules = [];
  }

  /** Calls of one method so far, or of all; those that failed count as well. */
  count(method?: string): number {
    if (method !== undefined) return this.counts.get(method) ?? 0;
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  resetCounts(): void {
    this.counts.clear();
    this.exchanges = 0;
  }

  /** Cuts every connection and refuses new ones, as a process that has gone. */
  async die(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    this.upgraded.forEach((socket) => socket.destroy());
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** Listens again, on the port it had. */
  async revive(): Promise<void> {
    if (this.server !== null) return;
    const server = createServer((request, response) => void this.serve(request, response));
    server.on('upgrade', (request, socket: Socket, head) => this.tunnel(request, socket, head));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const asked = await textOf(request);
      const given = JSON.parse(asked) as Request | Request[];
      const calls = Array.isArray(given) ? given : [given];
      this.exchanges++;
      calls.forEach(({ method }) => this.counts.set(method, this.count(method) + 1));
      const faults = calls.map(({ method }) => this.takeFault(method));
      if (faults.every((fault) => fault === undefined) && this.isPassedOn(calls)) {
        const text = await this.ask(asked);
        return void response.writeHead(200, { 'content-type': 'application/json' }).end(text);
      }
      const answerAll = async () => {
        const answers = await Promise.all(
          calls.map((call, index) =>
            index < this.mostCalls ? this.answer(call, faults[index]) : Promise.resolve(TOO_LARGE),
          ),
        );
        this.refusedInBatch += Math.max(0, calls.length - this.mostCalls);
        const status = answers.map((answer) => ('error' in answer ? answer.httpStatus : 200))[0] ?? 200;
        const bodies = answers.map((answer, index) => envelope(calls[index]?.id, answer));
        return { status, text: JSON.stringify(Array.isArray(given) ? bodies : bodies[0]) };
      };
      const fault = faults.find((candidate) => candidate?.kind === 'exchange');
      if (fault?.kind === 'exchange') {
        if (fault.beforeMs !== undefined) await delay(fault.beforeMs, undefined, { ref: false });
        if (fault.respond) return void (await fault.respond(response, async () => (await answerAll()).text));
      }
      const { status, text } = await answerAll();
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    } catch {
      // The node behind has gone, and so does the connection to it.
      response.destroy();
    }
  }

  /** Whether the node behind may answer them all, as they came. */
  private isPassedOn(calls: readonly Call[]): boolean {
    const isHabitual = ({ method }: Call) => this.habits.some(({ methods }) => methods.includes(method));
    return calls.length <= this.mostCalls && !calls.some(isHabitual);
  }

  private takeFault(method: string): Fault | undefined {
    const rule = this.rules.find(({ methods }) => methods.includes(method) || methods.includes('*'));
    if (rule && --rule.left <= 0) this.rules = this.rules.filter((other) => other !== rule);
    return rule?.fault;
  }

  private answer(call: Call, fault: Fault | undefined): Promise<Answer> {
    return fault?.kind === 'answer' ? fault.answer(call, (asked) => this.byHabit(asked)) : this.byHabit(call);
  }

  private async byHabit(call: Call, first = 0): Promise<Answer> {
    const index = this.habits.findIndex(
      ({ methods }, place) => place >= first && methods.includes(call.method),
    );
    const habit = this.habits[index];
    if (habit) {
      habit.onMet();
      return habit.fault.answer(call, (asked) => this.byHabit(asked, index + 1));
    }
    const { method, params } = call;
    return JSON.parse(await this.ask(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))) as Answer;
  }

  private ask(body: string): Promise<string> {
    const { target } = this;
    return readBetweenBlocks(target, () => postJson(target, body));
  }

  /** WebSockets go through byte by byte: what they can suffer here is the cut. */
  private tunnel(request: IncomingMessage, client: Socket, head: Buffer): void {
    const { hostname, port, pathname } = new URL(this.target);
    const node = connect(Number(port), hostname, () => {
      const headers = request.rawHeaders.reduce(
        (text, part, index) => text + part + (index % 2 ? '\r\n' : ': '),
        '',
      );
      node.write(`GET ${pathname} HTTP/1.1\r\n${headers}\r\n`);
      node.write(head);
      client.pipe(node).pipe(client);
    });
    for (const [socket, other] of [
      [client, node],
      [node, client],
    ] as const) {
      this.upgraded.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.upgraded.delete(socket);
        other.destroy();
      });
    }
  }
}

function envelope(id: unknown, answer: Answer): Record<string, unknown> {
  return { jsonrpc: '2.0', id, ...('error' in answer ? { error: answer.error } : { result: answer.result }) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

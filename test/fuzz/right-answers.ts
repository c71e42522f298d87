import { type Answer, type Call } from '../harness/faulty-rpc.js';
import { type History } from './reads.js';
import { type VirtualTime } from './virtual-time.js';

/** The selector of balanceOf(address). */
const BALANCE_OF = '0x70a08231';
const NEW_ADDRESS = '57'.repeat(20).padStart(64, '0');

/** What a real node answers, asked once for each. */
export class RightAnswers {
  private readonly answers = new Map<string, Answer>();

  constructor(
    private readonly history: History,
    private readonly time: VirtualTime,
  ) {}

  /** @returns as it is, without a promise, where it was asked for before */
  to(asked: Call): Answer | Promise<Answer> {
    const call = this.known(asked);
    const key = JSON.stringify([call.method, call.params]);
    const known = this.answers.get(key);
    if (known) return known;
    const answered = this.history.chain.rpc(call.method, call.params).then(
      (result): Answer => ({ result }),
      (error: { rpcCode: number; message: string }): Answer => ({
        error: { code: error.rpcCode, message: error.message },
      }),
    );
    return this.time.hold(
      answered.then((answer) => {
        this.answers.set(key, answer);
        return answer;
      }),
    );
  }

  /** Tokens are asked what a new address holds each time, which is what any other has that nobody paid. */
  private known(call: Call): Call {
    const [asked, ...rest] = call.params;
    const { data } = (asked ?? {}) as { data?: unknown };
    if (call.method !== 'eth_call' || typeof data !== 'string' || !data.startsWith(BALANCE_OF)) return call;
    const { shop, chain } = this.history;
    const isOfSomebody = [shop, chain.payer].some((one) => data.endsWith(one.slice(2).toLowerCase()));
    if (isOfSomebody || rest.length > 1) return call;
    return { ...call, params: [{ ...(asked as object), data: BALANCE_OF + NEW_ADDRESS }, ...rest] };
  }

  /** What the node says of something else, by the same method. */
  async others({ method, params }: Call): Promise<unknown[]> {
    const [subject, ...rest] = params;
    const { number, other } = this.history;
    if (typeof subject !== 'string') return [];
    const isTransaction = /Transaction(Receipt|ByHash)|traceTransaction|trace_transaction/.test(method);
    const another = isTransaction
      ? other
      : method.endsWith('ByNumber')
        ? `0x${(number - 1).toString(16)}`
        : null;
    if (another === null) return [];
    const answer = await this.to({ method, params: [another, ...rest] });
    return 'result' in answer ? [answer.result] : [];
  }
}

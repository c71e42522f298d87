import { runningMs } from '../../process/running-time.js';
import { BatchSize } from './batch-size.js';
import { mostBytesOf, type RpcMethod } from './methods.js';
import { classify } from './rpc-failure.js';
import { CutOffError, NoAnswerError, RpcHttp } from './rpc-http.js';
import { type HttpAnswer, isOk, jsonOf, RefusedError, refusalOf, type RpcRefusal } from './rpc-refusal.js';

/** How many calls share an HTTP request; public nodes take 20 where they take any. */
const MOST_IN_BATCH = 20;
/** Under way at the same time, in whatever batches. */
const MOST_UNDER_WAY = 400;
/**
 * What runs the code of a contract that a stranger names, which may take as long as a node lets it: it shares no request,
 * and takes no place, so that nothing else waits for it.
 */
const ALONE: readonly RpcMethod[] = ['eth_estimateGas'];
/** A batch is refused as such with these, or with 2xx and something that is no list. */
const NO_BATCHES = [400, 404, 405, 413, 415, 422];
/** Of all the answers to a batch together. */
const MOST_BYTES = 256 * 2 ** 20;

interface Waiting {
  id: number;
  method: RpcMethod;
  params: readonly unknown[];
  /** Calls that it may share a request with, itself included; fewer each time that was too much. */
  atMost: number;
  /** Of `runningMs`. */
  sinceMs: number;
  resolve: (result: unknown) => void;
  reject: (refusal: RefusedError) => void;
}

type Answered = { jsonrpc?: unknown; id?: unknown; result?: unknown; error?: unknown };

/**
 * JSON-RPC over HTTP: calls that are made side by side share requests, as many as the node takes. A call that was too
 * much in company is sent again in smaller company, down to itself alone; what is then said of it is said of it.
 */
export class RpcTransport {
  private readonly http: RpcHttp;
  private readonly batch = new BatchSize(MOST_IN_BATCH);
  private readonly underWay = new BatchSize(MOST_UNDER_WAY);
  private waiting: Waiting[] = [];
  private countUnderWay = 0;
  private nextId = 1;
  private isDue = false;

  constructor(
    url: string,
    private readonly timeoutMs: number,
  ) {
    this.http = new RpcHttp(url, timeoutMs);
  }

  /** @returns the result as it came. @throws RefusedError */
  send(method: RpcMethod, params: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = { id: this.nextId++, method, params, resolve, reject };
      const atMost = ALONE.includes(method) ? 1 : MOST_IN_BATCH;
      this.waiting.push({ ...call, atMost, sinceMs: runningMs() });
      if (this.isDue) return;
      this.isDue = true;
      // The scanner asks for block and receipts side by side; one HTTP request carries both.
      setTimeout(() => {
        this.isDue = false;
        this.sendWaiting();
      }, 0);
    });
  }

  close(): void {
    this.http.close();
  }

  private sendWaiting(): void {
    this.giveUpOld();
    while (this.waiting.length > 0) {
      const free = this.underWay.calls - this.countUnderWay;
      if (free < 1 && this.countUnderWay > 0) return;
      void this.exchange(this.take(Math.max(1, Math.min(free, this.batch.calls))));
    }
  }

  /** The first ones, as many as each of them may be among. */
  private take(most: number): Waiting[] {
    let count = 0;
    let limit = most;
    for (const { atMost } of this.waiting) {
      if (count >= Math.min(limit, atMost)) break;
      limit = Math.min(limit, atMost);
      count++;
    }
    return this.waiting.splice(0, Math.max(1, count));
  }

  /** A call that waits behind calls that are not answered fails as if it had been sent. */
  private giveUpOld(): void {
    const oldest = runningMs() - this.timeoutMs;
    const old = this.waiting.filter(({ sinceMs }) => sinceMs < oldest);
    if (old.length === 0) return;
    this.waiting = this.waiting.filter(({ sinceMs }) => sinceMs >= oldest);
    failAll(old, new NoAnswerError({ message: `no answer within ${this.timeoutMs} ms` }));
  }

  private async exchange(calls: Waiting[]): Promise<void> {
    const takingPlace = isAlone(calls) ? 0 : calls.length;
    this.countUnderWay += takingPlace;
    try {
      const mostBytes = calls.reduce((sum, { method }) => sum + mostBytesOf(method), 0);
      const response = await this.http.post(bodyOf(calls), Math.min(MOST_BYTES, mostBytes));
      if (takingPlace > 0) this.underWay.answered(this.countUnderWay, runningMs());
      this.read(calls, response);
    } catch (error) {
      this.failed(calls, error as RefusedError);
    } finally {
      this.countUnderWay -= takingPlace;
      this.sendWaiting();
    }
  }

  private read(calls: Waiting[], response: HttpAnswer): void {
    const body = jsonOf(response);
    const answers = (Array.isArray(body) ? body : [body]).filter(isAnswered);
    if (calls.length === 1) return answer(calls[0] as Waiting, answers, response);
    if (!Array.isArray(body)) return this.refusedAsOne(calls, response, answers[0]);
    const byId = new Map<string, Answered | 'several'>();
    for (const one of answers) {
      const id = String(one.id);
      byId.set(id, byId.has(id) ? 'several' : one);
    }
    const again = calls.filter((call) => {
      const own = byId.get(String(call.id));
      // Which of two answers is meant, nobody can say.
      if (own === undefined || own === 'several' || isTooMuch(call, own, response)) return true;
      answer(call, [own], response);
      return false;
    });
    const isRateLimited = [...byId.values()].some(
      (own) =>
        own !== 'several' && errorOf(own) != null && isRefusedForRate(refusalOf(response, errorOf(own))),
    );
    if (again.length > 0 || isRateLimited) this.batch.refused(calls.length, runningMs());
    else this.batch.answered(calls.length, runningMs());
    this.again(again, calls.length);
  }

  /** No list came: the batch was refused, or the node is in trouble. */
  private refusedAsOne(calls: Waiting[], response: HttpAnswer, body: Answered | undefined): void {
    const refusal = refusalOf(response, errorOf(body));
    const { kind } = classify({ method: 'batch', ...refusal });
    const isAboutSize = /batch/i.test(refusal.message) || kind === 'too_large';
    const isPassing = ['rate_limited', 'unauthorized', 'transient', 'internal'].includes(kind);
    const saysNoBatches = isAboutSize || (!isPassing && NO_BATCHES.includes(response.status));
    // What is no JSON, or a list of nothing, under a status of 2xx was cut on its way, or never a list.
    const isCut = isOk(response) && errorOf(body) == null;
    if (saysNoBatches || isCut || kind === 'rate_limited') this.batch.refused(calls.length, runningMs());
    if (saysNoBatches || isCut || (isOk(response) && !isPassing)) this.again(calls, calls.length);
    else failAll(calls, new RefusedError(refusal));
  }

  private failed(calls: Waiting[], error: RefusedError): void {
    const now = runningMs();
    if (error instanceof CutOffError && calls.length > 1) {
      this.batch.failed(calls.length, now);
      return this.again(calls, calls.length);
    }
    if (error instanceof NoAnswerError && !isAlone(calls)) {
      this.batch.failed(calls.length, now);
      this.underWay.failed(this.countUnderWay, now);
    }
    failAll(calls, error);
  }

  /** Before all others, since they have waited longest. @param company how many of them were too much */
  private again(calls: Waiting[], company: number): void {
    const atMost = Math.max(1, Math.floor(company / 2));
    this.waiting.unshift(...calls.map((call) => ({ ...call, atMost, sinceMs: runningMs() })));
  }
}

function isAlone(calls: readonly Waiting[]): boolean {
  return calls.every(({ method }) => ALONE.includes(method));
}

function bodyOf(calls: readonly Waiting[]): string {
  const payload = calls.map(({ id, method, params }) => ({ jsonrpc: '2.0', id, method, params }));
  return JSON.stringify(payload.length === 1 ? payload[0] : payload);
}

/** What stands beside a result and says nothing is none: some write false, 0 or an empty text. */
function errorOf(answered: Answered | undefined): unknown {
  const { error, result } = answered ?? {};
  return result !== undefined && (error === false || error === 0 || error === '') ? undefined : error;
}

function isAnswered(given: unknown): given is Answered {
  return typeof given === 'object' && given !== null;
}

/** Whether it may be answered in smaller company. */
function isTooMuch({ method }: Waiting, answered: Answered, response: HttpAnswer): boolean {
  const error = errorOf(answered);
  if (error == null) return false;
  const refusal = refusalOf(response, error);
  return /batch/i.test(refusal.message) || classify({ method, ...refusal }).kind === 'too_large';
}

function isRefusedForRate(refusal: RpcRefusal): boolean {
  return classify({ method: 'batch', ...refusal }).kind === 'rate_limited';
}

/**
 * @param answers what came to it; some proxies wrap the only one into a list. The call's number comes back as text from
 * some, and where there is nothing, some leave out the result rather than say null
 */
function answer({ id, resolve, reject }: Waiting, [own]: Answered[], response: HttpAnswer): void {
  const isAnswer = own?.result !== undefined || own?.jsonrpc === '2.0';
  const error = errorOf(own);
  if (error != null || !isAnswer || !isOk(response))
    return reject(new RefusedError(refusalOf(response, error)));
  if (String(own?.id) !== String(id))
    return reject(new RefusedError({ message: 'it answered another call than the one it was sent' }));
  resolve(own?.result ?? null);
}

function failAll(calls: readonly Waiting[], error: RefusedError): void {
  calls.forEach(({ reject }) => reject(error));
}

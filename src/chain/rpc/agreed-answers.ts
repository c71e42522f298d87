import { runningMs } from '../../process/running-time.js';
import { type Rpc } from './rpc-endpoint.js';
import { RpcError } from './rpc-error.js';
import { type RpcPool, type Told } from './rpc-pool.js';

/** As an endpoint whose head stands still is left alone after: so long a second answer is waited for. */
const PATIENCE_BLOCKS = 30;
const PATIENCE_AT_LEAST_MS = 60_000;
/** So often it has to have been asked in that time, without a gap of this many times as long. */
const ASKED_AT_LEAST = 3;
const LONGEST_GAP = 5;
const MOST_REMEMBERED = 1_000;

/** One endpoint answered, and nothing proves what it said. Another may in a moment. */
export class TooFewAnswersError extends RpcError {
  /** @param silent who did not answer, and why */
  constructor(what: string, silent: string) {
    super('the pool', what, '', { kind: 'transient' });
    this.message = `one endpoint alone answers ${what}, which nothing proves; waiting for another (${silent})`;
  }
}

export interface AgreementOptions {
  blockTimeMs: number;
  /** Told when the word of one endpoint was taken for want of another. */
  onAlone?: (what: string, reason: string) => void;
  /** Ms of a clock that stands still when we do. */
  now?: () => number;
}

/** Since when an endpoint has answered nothing of a kind, and when it was last asked. */
interface Silence {
  sinceMs: number;
  lastMs: number;
  times: number;
}

/**
 * What several endpoints say of one thing that no proof covers. Where two or more are configured, two have to answer:
 * one alone is believed only after the others were silent for as long as a chain may stand still, each time they were
 * asked. A single endpoint that is all there is, is believed, as docs/chains.md says.
 */
export class AgreedAnswers {
  private readonly silences = new Map<string, Silence>();
  private readonly patienceMs: number;
  private readonly onAlone: NonNullable<AgreementOptions['onAlone']>;
  private readonly now: () => number;

  constructor(
    private readonly rpc: Pick<RpcPool, 'askEach' | 'size'>,
    { blockTimeMs, onAlone = () => undefined, now = runningMs }: AgreementOptions,
  ) {
    this.patienceMs = Math.max(PATIENCE_AT_LEAST_MS, PATIENCE_BLOCKS * blockTimeMs);
    this.onAlone = onAlone;
    this.now = now;
  }

  /** Whether there is nobody else to ask. */
  get isOnlyOne(): boolean {
    return this.rpc.size === 1;
  }

  /** Told where there is nobody else to ask, and so nobody was. */
  tookOnlyOne(what: string): void {
    this.onAlone(what, 'no other endpoint is configured');
  }

  /**
   * @param subject what is asked about, as a block's hash
   * @param what is asked, always by the same name
   * @returns what those say that answer: two at least, or one whose word is all there is
   * @throws TooFewAnswersError while another may answer; RpcError, UnprovenAnswerError when none does
   */
  async of<T>(subject: string, read: (rpc: Rpc, endpoint: string) => Promise<T>, what: string): Promise<T[]> {
    const told = await this.rpc.askEach(read, what);
    const silent = told.filter((one) => 'failure' in one);
    const now = this.now();
    const isLong = told.map((one) => this.isSilentForLong(one, what, subject, now));
    const answers = told.flatMap((one) => ('answer' in one ? [one.answer] : []));
    const failed = silent.find(({ isAside }) => !isAside) ?? silent[0];
    if (answers.length === 0 && failed !== undefined) throw failed.failure;
    if (answers.length > 1) return answers;
    const reasons = silent.map(({ endpoint, failure }) => `${endpoint}: ${failure.message}`).join('; ');
    if (told.some((one, index) => 'failure' in one && !isLong[index])) {
      throw new TooFewAnswersError(what, reasons);
    }
    if (silent.length === 0) this.tookOnlyOne(what);
    else this.onAlone(what, reasons);
    return answers;
  }

  /** By its silence about anything of the kind, or about this: who cannot tell of old blocks tells of new ones. */
  private isSilentForLong(one: Told<unknown>, what: string, subject: string, now: number): boolean {
    const keys = [`${one.endpoint} ${what}`, `${one.endpoint} ${what} ${subject}`];
    if ('answer' in one) {
      keys.forEach((key) => this.silences.delete(key));
      return false;
    }
    if (this.silences.size >= MOST_REMEMBERED) this.silences.clear();
    return keys.map((key) => this.isLong(key, now)).some(Boolean);
  }

  /** One that nobody asked for long has not been silent. */
  private isLong(key: string, now: number): boolean {
    const known = this.silences.get(key);
    const isNew = known === undefined || now - known.lastMs >= LONGEST_GAP * this.patienceMs;
    const { sinceMs, times } = isNew ? { sinceMs: now, times: 0 } : known;
    this.silences.set(key, { sinceMs, lastMs: now, times: times + 1 });
    return now - sinceMs >= this.patienceMs && times + 1 >= ASKED_AT_LEAST;
  }
}

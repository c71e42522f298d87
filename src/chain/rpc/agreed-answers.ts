import { runningMs } from '../../process/running-time.js';
import { type Rpc } from './rpc-endpoint.js';
import { RpcError, withBeside } from './rpc-error.js';
import { type Told } from './asked-members.js';
import { isRefusalOfUs } from './rpc-failure.js';
import { type RpcPool } from './rpc-pool.js';
import { Silence } from './silence.js';

/** As an endpoint whose head stands still is left alone after: so long a second answer is waited for. */
const PATIENCE_BLOCKS = 30;
const PATIENCE_AT_LEAST_MS = 60_000;
/**
 * Who refuses us, as when a plan is used up, may have an answer all the same: it is waited for longer, since a burst of
 * calls, which strangers may bring about, should not be what leaves one endpoint alone with its word.
 */
const PATIENCE_WITH_REFUSALS_MS = 5 * 60_000;
const MOST_SUBJECTS = 1_000;
/** What one endpoint alone said is told of for so long, unless another says it as well. */
const TOLD_FOR_MS = 60 * 60_000;

/** One endpoint answered, and nothing proves what it said. Another may in a moment. */
export class TooFewAnswersError extends RpcError {
  /** @param silent who did not answer, and why */
  constructor(what: string, silent: string) {
    super('the pool', what, '', { kind: 'transient' });
    this.message = `one endpoint alone answers ${what}, which nothing proves; waiting for another (${silent})`;
  }
}

/** That the word of one endpoint counted, since no other said anything. */
export interface AloneWord {
  what: string;
  /** Who did not answer, and why. */
  reason: string;
}

export interface AgreementOptions {
  blockTimeMs: number;
  /** Told when the word of one endpoint was taken for want of another. */
  onAlone?: (what: string, reason: string) => void;
  /** Ms of a clock that stands still when we do. */
  now?: () => number;
}

/**
 * What several endpoints say of one thing that no proof covers. Where two or more are configured, two have to answer:
 * one alone is believed only after the others were silent for as long as a chain may stand still, each time they were
 * asked: about anything at all, about anything of the kind, or about this; longer where they refuse us. While it is left
 * alone an endpoint is not asked, and that is no silence. A single endpoint that is all there is, is believed, as
 * docs/chains.md says.
 */
export class AgreedAnswers {
  /** Of an endpoint about a kind of question. There are few, and they are never forgotten. */
  private readonly ofKinds = new Map<string, Silence>();
  /** Of an endpoint about one subject; the one longest not asked about is forgotten first. */
  private readonly ofSubjects = new Map<string, Silence>();
  private readonly patienceMs: number;
  private readonly onAlone: NonNullable<AgreementOptions['onAlone']>;
  private readonly now: () => number;
  private alone: (AloneWord & { atMs: number }) | null = null;

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

  /** What one endpoint alone was last believed about though others are configured; null: two have answered since. */
  get believedAlone(): AloneWord | null {
    if (this.alone === null || this.now() - this.alone.atMs >= TOLD_FOR_MS) return null;
    const { what, reason } = this.alone;
    return { what, reason };
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
    const told = await this.rpc.askEach(read, what, Infinity, true);
    const silent = told.filter((one) => 'failure' in one);
    const now = this.now();
    const isLong = told.map((one) => this.isSilentForLong(one, what, subject, now));
    const answers = told.flatMap((one) => ('answer' in one ? [one.answer] : []));
    const failed = silent.find(({ isAside }) => !isAside) ?? silent[0];
    if (answers.length === 0 && failed !== undefined) {
      const waitedFor = told.flatMap((one, index) =>
        'failure' in one && !isLong[index] ? [one.failure] : [],
      );
      throw withBeside(failed.failure, waitedFor);
    }
    if (answers.length > 1) {
      this.alone = null;
      return answers;
    }
    const reasons = silent.map(({ endpoint, failure }) => `${endpoint}: ${failure.message}`).join('; ');
    if (told.some((one, index) => 'failure' in one && !isLong[index])) {
      throw new TooFewAnswersError(what, reasons);
    }
    if (silent.length === 0) this.tookOnlyOne(what);
    else this.tookOne(what, reasons);
    return answers;
  }

  private tookOne(what: string, reason: string): void {
    this.alone = { what, reason, atMs: this.now() };
    this.onAlone(what, reason);
  }

  /** Who cannot tell of old blocks tells of new ones, and who cannot tell of this may tell of everything else. */
  private isSilentForLong(one: Told<unknown>, what: string, subject: string, now: number): boolean {
    const kind = `${one.endpoint} ${what}`;
    const single = `${kind} ${subject}`;
    if ('answer' in one) {
      this.ofKinds.get(kind)?.answered();
      this.ofSubjects.delete(single);
      return false;
    }
    const silences = [silenceOf(this.ofKinds, kind), silenceOf(this.ofSubjects, single)];
    this.forgetOldest();
    const { failure } = one.failure;
    const patienceMs = Math.max(this.patienceMs, isRefusalOfUs(failure) ? PATIENCE_WITH_REFUSALS_MS : 0);
    if (!failure.isNotAsked) silences.forEach((silence) => silence.wasSilent(now, patienceMs));
    const lasted = silences.map((silence) => silence.lastedMs(now, patienceMs));
    return Math.max(one.silentMs ?? 0, ...lasted) >= patienceMs;
  }

  private forgetOldest(): void {
    const [oldest] = this.ofSubjects.keys();
    if (this.ofSubjects.size > MOST_SUBJECTS && oldest !== undefined) this.ofSubjects.delete(oldest);
  }
}

/** As the newest. */
function silenceOf(silences: Map<string, Silence>, key: string): Silence {
  const silence = silences.get(key) ?? new Silence();
  silences.delete(key);
  silences.set(key, silence);
  return silence;
}

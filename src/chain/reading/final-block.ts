import { type FinalityTag } from '../../config/chains.js';
import { runningMs } from '../../process/running-time.js';
import { TooFewAnswersError } from '../rpc/agreed-answers.js';
import { type Rpc } from '../rpc/rpc-endpoint.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { FinalMarks, type FinalWord } from './final-marks.js';

const METHOD = 'eth_getBlockByNumber';
/** All are asked again after so long, also where the first names nothing new: it may be the one that stands still. */
const ALL_AGAIN_MS = 60_000;
const USUAL_PATIENCE_MS = 60 * 60_000;
/**
 * Where others are configured, one endpoint alone is believed about what is final after so long: strangers can bring it about
 * that the others refuse us for a while, and what was called final by mistake cannot be taken back.
 */
const ALONE_AFTER_MS = 5 * 60_000;
/** So many blocks later at least, the final block should be another. */
const HEAD_WENT_ON = 128;

/** What is wrong with a chain's finality, each in words; null: nothing is. */
export interface FinalityTrouble {
  /** Nobody says what is final. */
  unknownBecause: string | null;
  /** What is final has not moved for long, though the head has. */
  standsStill: string | null;
  /** Endpoints that have no say in it, and why. */
  leftOut: string | null;
}

export interface FinalityOptions {
  /** A final block that did not move for so long stands still. */
  patienceMs?: number;
  /** The head as it was last seen. */
  headNumber?: () => number;
  /** Told when one begins, and with null when it ends. */
  onTrouble?: (what: keyof FinalityTrouble, reason: string | null) => void;
  /** Ms of a clock that stands still when we do. */
  now?: () => number;
}

/** What was said of one tag. */
interface Known {
  /** The last block that all endpoints called final, or less. */
  agreed: number;
  askedAllAtMs: number;
  /** Since when one endpoint alone names one; null: two do. */
  aloneSinceMs: number | null;
  isAnyLeftOut: boolean;
  marks: FinalMarks;
  /** When what counts as final last rose. */
  own: FinalMarks;
  headThen: number;
  highest: number;
}

/** What a chain itself calls final, and what is wrong with that. */
export class FinalBlock {
  private readonly known = new Map<FinalityTag, Known>();
  private unknownKind: string | null = null;
  private readonly now: () => number;
  trouble: FinalityTrouble = { unknownBecause: null, standsStill: null, leftOut: null };

  constructor(
    private readonly rpc: Pick<RpcPool, 'call' | 'fromEveryEndpoint' | 'size'>,
    private readonly options: FinalityOptions = {},
  ) {
    this.now = options.now ?? runningMs;
  }

  /**
   * By any endpoint as far as all have agreed before, and beyond that by the lowest that any of them names. One that names
   * none, as those do that do not know the tag, says nothing; nor does one whose final block stands still for long while
   * that of others goes on. Of several endpoints two have to name one; one alone is believed after five minutes.
   * @returns null: no endpoint names one, or one alone, and `trouble.unknownBecause` says why
   */
  async number(tag: FinalityTag): Promise<number | null> {
    const known = this.knownOf(tag);
    try {
      const number = await this.read(tag, known);
      if (number === null) this.isUnknown(`no endpoint names a ${tag} block`, 'none');
      else this.isKnown(tag, number, known);
      return number;
    } catch (error) {
      // "Unknown block" and an error of the node's own are answers too, until there is a final block (execution-apis
      // #879): what is scanned must not wait for what confirms it.
      if (!(error instanceof RpcError)) throw error;
      this.isUnknown(error.message, error.failure.kind);
      return null;
    }
  }

  private async read(tag: FinalityTag, known: Known): Promise<number | null> {
    // No block above the head is final, whatever somebody says while others are silent.
    const most = this.options.headNumber?.() || Infinity;
    const named = async (rpc: Rpc) => {
      const block = await rpc.call(METHOD, [tag, false]);
      return block === null ? null : Math.min(most, block.number);
    };
    const isDue = known.isAnyLeftOut || this.now() - known.askedAllAtMs >= ALL_AGAIN_MS;
    const first = isDue ? null : await named(this.rpc);
    if (!isDue && (first === null || first <= known.agreed)) return first;
    const all = await this.rpc.fromEveryEndpoint(
      async (rpc, endpoint) => ({ endpoint, number: await named(rpc) }),
      METHOD,
    );
    known.askedAllAtMs = this.now();
    const said = all.filter((one): one is FinalWord => one.number !== null);
    if (said.length === 0) return first;
    if (this.isOneAlone(said, known)) {
      if (known.agreed >= 0) return known.agreed;
      throw new TooFewAnswersError(`which block is ${tag}`, `${this.rpc.size} are configured`);
    }
    known.agreed = this.saidByAll(said, known, tag);
    return known.agreed;
  }

  /** Whether others may name one in a moment. */
  private isOneAlone({ length }: readonly FinalWord[], known: Known): boolean {
    if (length > 1 || this.rpc.size === 1) {
      known.aloneSinceMs = null;
      return false;
    }
    known.aloneSinceMs ??= this.now();
    return this.now() - known.aloneSinceMs < ALONE_AFTER_MS;
  }

  private saidByAll(said: FinalWord[], known: Known, tag: FinalityTag): number {
    const now = this.now();
    said.forEach((one) => known.marks.see(one, now));
    const leftOut = known.marks.leftOut(said, now);
    const counted = said.filter((one) => !leftOut.includes(one)).map(({ number }) => number);
    known.isAnyLeftOut = leftOut.length > 0;
    const reasons = leftOut.map(({ endpoint, number }) => `${endpoint} names block ${number} as ${tag}`);
    this.become('leftOut', reasons.length === 0 ? null : reasons.join('; '));
    return Math.max(Math.min(...counted), Math.min(known.agreed, Math.max(...counted)));
  }

  private isKnown(tag: FinalityTag, number: number, known: Known): void {
    const head = this.options.headNumber?.() ?? 0;
    const now = this.now();
    this.unknownKind = null;
    this.become('unknownBecause', null);
    if (number > known.highest) {
      known.highest = number;
      known.headThen = head;
      known.own.see({ endpoint: tag, number }, now);
    }
    const isStill = known.own.isStill(tag, now) && head - known.headThen >= HEAD_WENT_ON;
    const reason = `the ${tag} block is ${number} since the head was ${known.headThen}, which is ${head} by now`;
    this.become('standsStill', isStill ? reason : null);
  }

  /** A node's words have other numbers in them each time, their kind stays. */
  private isUnknown(because: string, kind: string): void {
    const isAnother = this.unknownKind !== null && kind !== this.unknownKind;
    this.unknownKind = kind;
    this.become('unknownBecause', because, isAnother);
  }

  /** Told once, not with every step. */
  private become(what: keyof FinalityTrouble, reason: string | null, isAnother = false): void {
    const isNew = isAnother || (this.trouble[what] === null) !== (reason === null);
    this.trouble = { ...this.trouble, [what]: reason };
    if (isNew) this.options.onTrouble?.(what, reason);
  }

  private knownOf(tag: FinalityTag): Known {
    const before = this.known.get(tag);
    if (before !== undefined) return before;
    const patienceMs = this.options.patienceMs ?? USUAL_PATIENCE_MS;
    const known = {
      agreed: -1,
      askedAllAtMs: -Infinity,
      aloneSinceMs: null,
      isAnyLeftOut: false,
      marks: new FinalMarks(patienceMs),
      own: new FinalMarks(patienceMs),
      headThen: 0,
      highest: -1,
    };
    this.known.set(tag, known);
    return known;
  }
}

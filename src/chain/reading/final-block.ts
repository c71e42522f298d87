import { type FinalityTag } from '../../config/chains.js';
import { type Rpc } from '../rpc/rpc-endpoint.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type RpcPool } from '../rpc/rpc-pool.js';

const METHOD = 'eth_getBlockByNumber';

/** Told why nobody knows what is final, each time that begins or its reason changes; null: it is known again. */
export type OnFinality = (unknownBecause: string | null) => void;

/** What a chain itself calls final, and why that is not known while it is not. */
export class FinalBlock {
  /** The last block that all endpoints called final, or less. */
  private readonly agreed = new Map<FinalityTag, number>();
  private unknown: { because: string; kind: string } | null = null;

  constructor(
    private readonly rpc: RpcPool,
    private readonly onChange: OnFinality = () => undefined,
  ) {}

  /** Why the last number asked for was not known; null: it was, or nobody asked. */
  get unknownBecause(): string | null {
    return this.unknown?.because ?? null;
  }

  /**
   * By any endpoint as far as all have agreed before, and beyond that by the lowest that any of them names. One that names
   * none, as those do that do not know the tag, says nothing.
   * @returns null: no endpoint names one, and `unknownBecause` says why
   */
  async number(tag: FinalityTag): Promise<number | null> {
    try {
      const number = await this.read(tag);
      if (number === null) this.became({ because: `no endpoint names a ${tag} block`, kind: 'none' });
      else this.became(null);
      return number;
    } catch (error) {
      // "Unknown block" and an error of the node's own are answers too, until there is a final block (execution-apis
      // #879): what is scanned must not wait for what confirms it.
      if (!(error instanceof RpcError)) throw error;
      this.became({ because: error.message, kind: error.failure.kind });
      return null;
    }
  }

  private async read(tag: FinalityTag): Promise<number | null> {
    const named = async (rpc: Rpc) => (await rpc.call(METHOD, [tag, false]))?.number ?? null;
    const known = this.agreed.get(tag) ?? -1;
    const said = await named(this.rpc);
    if (said === null || said <= known) return said;
    const all = await this.rpc.fromEveryEndpoint(named, METHOD);
    const lowest = Math.min(said, ...all.filter((number) => number !== null));
    this.agreed.set(tag, lowest);
    return lowest;
  }

  /** Told once, not with every step: a node's words have other numbers in them each time, their kind stays. */
  private became(unknown: { because: string; kind: string } | null): void {
    const isSame = unknown?.kind === this.unknown?.kind;
    this.unknown = unknown;
    if (!isSame) this.onChange(unknown?.because ?? null);
  }
}

import { type FinalityTag } from '../../config/chains.js';
import { type Block, type BlockRef, type Movement } from '../blocks/block.js';
import { BlockLogs } from './block-logs.js';
import { type Asked, BlockReceipts } from './block-receipts.js';
import { type BlockWord, commonWord } from './common-word.js';
import { FinalBlock, type FinalityOptions, type FinalityTrouble } from './final-block.js';
import { type BlockProof } from '../proof/block-proof.js';
import { type BlockProver } from '../proof/block-prover.js';
import { mayContain } from '../proof/bloom.js';
import { inKnownFormFirst } from '../proof/newer-form.js';
import { signerAmongMany } from '../proof/sender.js';
import { blockOf, blockRef, movementsOf, recipientsOf, TRANSFER_TOPIC } from '../transfers/movements.js';
import { type RawBlock } from '../blocks/raw-block.js';
import { AgreedAnswers, TooFewAnswersError } from '../rpc/agreed-answers.js';
import { type Rpc } from '../rpc/rpc-endpoint.js';
import { RpcError, UnknownHereError } from '../rpc/rpc-error.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { Sources } from '../rpc/sources.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { type Address, type TokenAddress, ZERO_ADDRESS } from '../../ids/ids.js';

const METHOD = 'eth_getBlockByNumber';
const BY_HASH = 'eth_getBlockByHash';
/** What is asked of all, in words. */
const WHAT = 'what a block brings us';

/** What a reader need not ask about: everything else. */
export interface Watch {
  /** Contracts whose Transfer logs are read, lower-case. */
  tokens: ReadonlySet<TokenAddress>;
  /** Which of these addresses are ours; lower-case. */
  ownAmong: (addresses: readonly Address[]) => Promise<ReadonlySet<Address>>;
  /** Whether blocks come with what is sure of them, and the reason in `doubt`; otherwise that is thrown. */
  areDoubtsTaken?: boolean;
}

/** What the scanner asks of a chain. Numbers are block heights; absent blocks are null. */
export interface ChainReader {
  /** As `head` last found it; 0 before that. */
  readonly headNumber: number;
  head(): Promise<BlockRef>;
  /** Of each endpoint that answers, the most trusted first. One at least. */
  heads(): Promise<BlockRef[]>;
  /** The highest block the chain itself calls final; null where no endpoint names one: `finality` says why. */
  finalNumber(tag: FinalityTag): Promise<number | null>;
  /** What was wrong when `finalNumber` was last asked for. */
  readonly finality: FinalityTrouble;
  header(number: number): Promise<BlockRef | null>;
  /**
   * As `header`, of a block that endpoints may no longer have: null only where all say that they do not.
   * @throws RpcError while one may have it
   */
  keptHeader(number: number): Promise<BlockRef | null>;
  /**
   * Whether an endpoint is on the branch of this block. Those that are on another one are put aside then, with the reason.
   * @throws TooFewAnswersError while one that may have it does not say; UnprovenAnswerError when some were put aside now
   */
  isOnBranchOfAny(block: Pick<BlockRef, 'number' | 'hash'>): Promise<boolean>;
  /**
   * As `header`, for a block that nothing we remember links to: every endpoint that has it has to name the same, and two
   * of them where there are two, or one after the others named none for long. Null: they name different ones, or none has it.
   * @throws TooFewAnswersError while another may answer; RpcError when none does
   */
  agreedHeader(number: number): Promise<BlockRef | null>;
  /** A whole block, with every movement of value in it that reaches us. @param hash only this one is wanted, of any endpoint */
  block(number: number, watch: Watch, hash?: string): Promise<Block | null>;
}

export class RpcChainReader implements ChainReader {
  private readonly receipts: BlockReceipts;
  headNumber = 0;
  private readonly final: FinalBlock;
  private readonly agreed: AgreedAnswers;
  /** What each endpoint was found not to answer, where it is asked beside others. */
  private readonly sourcesOf = new Map<string, Sources>();

  /**
   * @param prover what this chain's blocks can prove about themselves
   * @param finalDepth blocks after which nothing is replaced any more
   * @param finality how long a final block may stand still, and who is told
   */
  constructor(
    private readonly rpc: RpcPool,
    private readonly prover: BlockProver,
    sources: Sources,
    private readonly finalDepth: number,
    finality?: FinalityOptions,
    agreed?: AgreedAnswers,
  ) {
    this.final = new FinalBlock(rpc, { headNumber: () => this.headNumber, ...finality });
    this.agreed = agreed ?? new AgreedAnswers(rpc, { blockTimeMs: 0 });
    this.receipts = this.receiptsOf(rpc, sources);
  }

  private receiptsOf(rpc: Asked, sources: Sources): BlockReceipts {
    const finalUpTo = () => this.headNumber - this.finalDepth;
    const logs = new BlockLogs(rpc, this.prover, finalUpTo);
    const logsAlone = new BlockLogs(rpc, this.prover, finalUpTo, false);
    return new BlockReceipts(rpc, this.prover, logs, logsAlone, sources);
  }

  async head(): Promise<BlockRef> {
    const head = blockRef(await this.rpc.call(METHOD, ['latest', false]));
    this.headNumber = head.number;
    return head;
  }

  async heads(): Promise<BlockRef[]> {
    const read = async (rpc: Rpc) => blockRef(await rpc.call(METHOD, ['latest', false]));
    return this.rpc.fromEveryEndpoint(read, METHOD, { isEvenOld: true });
  }

  finalNumber(tag: FinalityTag): Promise<number | null> {
    return this.final.number(tag);
  }

  get finality(): FinalityTrouble {
    return this.final.trouble;
  }

  async header(number: number): Promise<BlockRef | null> {
    const raw = await this.rpc.call(METHOD, [quantity(number), false]);
    return raw === null ? null : blockRef(raw);
  }

  async keptHeader(number: number): Promise<BlockRef | null> {
    try {
      return await this.rpc.fromOneEndpoint((rpc) => headerHere(rpc, number), 'old headers');
    } catch (error) {
      if (error instanceof RpcError && [error, ...error.beside].every(isWithoutIt)) return null;
      throw error;
    }
  }

  async isOnBranchOfAny({ number, hash }: Pick<BlockRef, 'number' | 'hash'>): Promise<boolean> {
    const what = 'a remembered block';
    const read = async (rpc: Rpc, endpoint: string) => {
      const header = await rpc.call(METHOD, [quantity(number), false]);
      if (header === null && !this.agreed.isOnlyOne) {
        throw new RpcError(endpoint, METHOD, `it has no block ${number}`);
      }
      return { endpoint, hash: header?.hash };
    };
    const said = await this.agreed.of(hash, read, what);
    const others = said.filter((one) => one.hash !== hash);
    if (others.length === said.length) return false;
    const reason = `it is on another branch than all the blocks that we remember: its block ${number} is another`;
    others.forEach(({ endpoint }) => this.rpc.putAside(endpoint, what, reason));
    if (others.length > 0) throw new UnprovenAnswerError(hash, `at ${others[0]?.endpoint}, ${reason}`);
    return true;
  }

  async agreedHeader(number: number): Promise<BlockRef | null> {
    const read = (rpc: Rpc) => headerHere(rpc, number);
    try {
      const [first, ...others] = await this.agreed.of(`${number}`, read, 'old headers');
      return first !== undefined && others.every(({ hash }) => hash === first.hash) ? first : null;
    } catch (error) {
      if (error instanceof UnknownHereError) return null;
      throw error;
    }
  }

  /**
   * What a block proves itself is taken of any endpoint. What it does not, and reaches us, all have to say that answer;
   * where it proves less than the chain's blocks do, all are asked whether it reaches us.
   * @throws UnprovenAnswerError: what came is not to be believed
   * @throws RpcError
   */
  async block(number: number, watch: Watch, hash?: string): Promise<Block | null> {
    const read = await this.raw(number, hash);
    if (read === null) return null;
    const word = await this.wordOn(read, this.receipts, watch);
    if (word.isProved || (word.isAsUsual && word.block.movements.length === 0)) return word.block;
    if (this.agreed.isOnlyOne) {
      this.agreed.tookOnlyOne(WHAT);
      return word.block;
    }
    const block = await this.saidByAll(word.block, watch);
    if (block.doubt === undefined || watch.areDoubtsTaken === true) return block;
    throw new UnprovenAnswerError(block.hash, block.doubt);
  }

  private async wordOn({ raw, proof }: ReadBlock, receipts: BlockReceipts, watch: Watch): Promise<BlockWord> {
    const { proofs } = this.prover;
    const isProved = proof.isHeaderProved && proof.areTransactionsProved;
    const isAsUsual = isProved || proofs !== 'full';
    const paid = valueRecipients(raw);
    const ownPaid = await ownAmong(paid, watch);
    const isPaid = ownPaid.size > 0;
    if (raw.transactions.length === 0 || (!isPaid && isWithoutLogs(raw, proof, watch.tokens))) {
      return { block: blockOf(raw, []), isProved, isAsUsual };
    }
    const read = await receipts.of(raw, {
      isPaid,
      tokens: watch.tokens,
      isAnyOwn: async (addresses) => (await ownAmong(new Set(addresses), watch)).size > 0,
    });
    if (read === null) return { block: blockOf(raw, []), isProved, isAsUsual };
    const others = recipientsOf(raw, read.outcomes, watch.tokens).filter((address) => !paid.has(address));
    const own = new Set([...ownPaid, ...(await ownAmong(new Set(others), watch))]);
    const block = own.size === 0 ? blockOf(raw, []) : movementsOf(raw, read.outcomes, watch.tokens, own);
    return {
      block: { ...block, movements: await bySigners(raw, block.movements, proof) },
      isProved: isProved && read.proof === 'root',
      isAsUsual: isAsUsual && (proofs === 'off' || read.proof === 'root'),
    };
  }

  private async saidByAll(block: Block, watch: Watch): Promise<Block> {
    const { hash } = block;
    const read = (rpc: Rpc, endpoint: string) => this.wordOf(rpc, endpoint, block, watch);
    try {
      return commonWord(await this.agreed.of(hash, read, WHAT));
    } catch (error) {
      if (!(error instanceof TooFewAnswersError) || watch.areDoubtsTaken !== true) throw error;
      return { ...block, movements: [], doubt: error.message };
    }
  }

  /** One endpoint's, in whatever form it has the block. */
  private async wordOf(
    rpc: Rpc,
    endpoint: string,
    { number, hash }: BlockRef,
    watch: Watch,
  ): Promise<BlockWord> {
    const raw = await rpc.call('eth_getBlockByHash', [hash, true]);
    if (raw?.hash !== hash) {
      const reason = `it does not have block ${hash}`;
      throw new RpcError('the node', 'eth_getBlockByHash', reason, { kind: 'not_found' });
    }
    const proof = this.prover.block(raw, number, () => undefined);
    const sources = this.sourcesOf.get(endpoint) ?? new Sources();
    this.sourcesOf.set(endpoint, sources);
    const only: Asked = { fromOneEndpoint: (ask) => ask(rpc) };
    return this.wordOn({ raw, proof }, this.receiptsOf(only, sources), watch);
  }

  /** Null: none of the endpoints that answered has it. */
  private async raw(number: number, hash?: string): Promise<ReadBlock | null> {
    try {
      return await inKnownFormFirst((onNewer) =>
        this.rpc.fromOneEndpoint(
          async (rpc) => {
            const raw =
              hash === undefined
                ? await rpc.call(METHOD, [quantity(number), true])
                : await rpc.call(BY_HASH, [hash, true]);
            if (raw === null) throw new UnknownHereError(hash === undefined ? METHOD : BY_HASH);
            return { raw, proof: this.prover.block(raw, number, onNewer) };
          },
          hash === undefined ? METHOD : BY_HASH,
        ),
      );
    } catch (error) {
      if (error instanceof UnknownHereError) return null;
      throw error;
    }
  }
}

interface ReadBlock {
  raw: RawBlock;
  proof: BlockProof;
}

/** @throws UnknownHereError where the node has no such block; RpcError */
async function headerHere(rpc: Rpc, number: number): Promise<BlockRef> {
  const raw = await rpc.call(METHOD, [quantity(number), false]);
  if (raw === null) throw new UnknownHereError(METHOD);
  return blockRef(raw);
}

/** The node said that it does not have the block, or no longer has it. */
function isWithoutIt(error: Error): boolean {
  return error instanceof RpcError && ['not_found', 'no_history'].includes(error.failure.kind);
}

/** A bloom has no false negatives: where the header has proved its own, nothing more need be asked. */
function isWithoutLogs(
  { logsBloom }: RawBlock,
  { isHeaderProved }: BlockProof,
  tokens: ReadonlySet<TokenAddress>,
): boolean {
  if (!isHeaderProved || logsBloom === undefined) return false;
  if (!mayContain(logsBloom, TRANSFER_TOPIC)) return true;
  return ![...tokens].some((token) => mayContain(logsBloom, token));
}

/**
 * Native value with whoever signed for it as its sender: the one that a node names is covered by no hash, and merchants
 * are told of it. Of transactions that are not proved the node's word is taken, where it gives one.
 */
async function bySigners(
  { transactions }: RawBlock,
  movements: readonly Movement[],
  { areTransactionsProved }: BlockProof,
): Promise<Movement[]> {
  const signed = async (movement: Movement): Promise<Movement> => {
    if (movement.kind !== 'native') return movement;
    if (!areTransactionsProved && movement.from !== ZERO_ADDRESS) return movement;
    const transaction = transactions.find(({ hash }) => hash === movement.txHash);
    return { ...movement, from: (transaction && (await signerAmongMany(transaction))) ?? movement.from };
  };
  return Promise.all(movements.map(signed));
}

/** Whom native value goes to, if its transaction succeeded. */
function valueRecipients({ transactions }: RawBlock): ReadonlySet<Address> {
  return new Set(transactions.flatMap(({ to, value }) => (to !== null && value > 0n ? [to] : [])));
}

const NOBODY: ReadonlySet<Address> = new Set();

async function ownAmong(addresses: ReadonlySet<Address>, watch: Watch): Promise<ReadonlySet<Address>> {
  return addresses.size === 0 ? NOBODY : watch.ownAmong([...addresses]);
}

function quantity(number: number): string {
  return `0x${number.toString(16)}`;
}

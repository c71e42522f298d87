import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ChainService } from '../chain/chain.service.js';
import { scannedPositions } from '../chain/position/scanned-positions.js';
import { NodesDifferError } from '../chain/reading/contract-calls.js';
import { type ContractPlace, type FeedSource } from '../config/rates.js';
import { type Address } from '../ids/ids.js';
import {
  DECIMALS,
  DESCRIPTION,
  LATEST_ROUND_DATA,
  readDecimals,
  readDescription,
  readRound,
} from './feed-abi.js';
import { sourceName } from './judge.js';
import { type FeedBlock, type FeedObservation, type SequencerObservation } from './observation.js';
import { refusal, type Refusal } from './refusal.js';

/** A chain's answers to all that is asked of it at once. */
interface Answers {
  block: FeedBlock;
  /** By contract and call. */
  of: (address: string, callData: string) => string | null;
}

const FEED_CALLS = [LATEST_ROUND_DATA, DECIMALS, DESCRIPTION];

/** On-chain feeds, each chain's at once, at the block up to which it has been scanned. */
@Injectable()
export class FeedReader {
  /** By chain, the hash of the block that its feeds were read at last; null: its scan had not begun. */
  private readonly readAt = new Map<string, string | null>();

  constructor(
    private readonly chains: ChainService,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /**
   * @param sequencers by the name of the chain whose sequencer it is
   * @returns what each feed says, in their order, or why it cannot be read; one chain's trouble stays its own
   */
  async read(
    feeds: readonly FeedSource[],
    sequencers: Readonly<Record<string, ContractPlace>>,
  ): Promise<(FeedObservation | Refusal)[]> {
    const asked = new Map<string, Map<Address, readonly string[]>>();
    const ask = ({ chain, address }: ContractPlace, calls: readonly string[]) => {
      const ofChain = asked.get(chain) ?? new Map<Address, readonly string[]>();
      ofChain.set(address, [...new Set([...(ofChain.get(address) ?? []), ...calls])]);
      asked.set(chain, ofChain);
    };
    for (const feed of feeds) {
      ask(feed, FEED_CALLS);
      const sequencer = sequencerOf(feed, sequencers);
      if (sequencer !== undefined) ask(sequencer, [LATEST_ROUND_DATA]);
    }
    const answers = new Map<string, Answers | Refusal>();
    await Promise.all(
      [...asked].map(async ([chain, calls]) => answers.set(chain, await this.askChain(chain, calls))),
    );
    return feeds.map((feed) => observe(feed, sequencerOf(feed, sequencers), answers));
  }

  /** Whether a chain that these are on has been scanned further, or differently, since its feeds were read last. */
  async hasNews(
    feeds: readonly FeedSource[],
    sequencers: Readonly<Record<string, ContractPlace>>,
  ): Promise<boolean> {
    const names = feeds.flatMap((feed) => [feed.chain, sequencerOf(feed, sequencers)?.chain ?? feed.chain]);
    const configs = [...new Set(names)].flatMap((name) => this.chains.find(name) ?? []);
    const positions = await scannedPositions(
      this.dataSource.manager,
      configs.map(({ chainId }) => chainId),
    );
    return configs.some(
      ({ name, chainId }) => (positions.get(chainId)?.hash ?? null) !== (this.readAt.get(name) ?? null),
    );
  }

  private async askChain(
    chain: string,
    contracts: ReadonlyMap<Address, readonly string[]>,
  ): Promise<Answers | Refusal> {
    const calls = [...contracts].flatMap(([target, data]) => data.map((callData) => ({ target, callData })));
    try {
      const block = await this.blockOf(chain);
      if ('code' in block) return block;
      const { results, isOneOfSeveral } = await this.chains.callContracts(chain, block.hash, calls);
      const byCall = new Map(
        calls.map(({ target, callData }, index) => [`${target} ${callData}`, results[index] ?? null]),
      );
      return {
        block: { ...block, isOneOfSeveral },
        of: (address, callData) => byCall.get(`${address} ${callData}`) ?? null,
      };
    } catch (error) {
      const code = error instanceof NodesDifferError ? 'nodes_differ' : 'unreachable';
      return refusal(code, `the feeds on ${chain} could not be read: ${(error as Error).message}`);
    }
  }

  /** The last block that has been scanned: its links and receipts were proved, and no node contradicts it. */
  private async blockOf(chain: string): Promise<FeedBlock | Refusal> {
    const config = this.chains.find(chain);
    if (config === undefined) return refusal('unreachable', `chain ${chain} is not served here`);
    const status = this.chains.status(chain);
    if ('reasons' in status) {
      return refusal('unreachable', `chain ${chain} is ${status.state}: ${status.reasons.join('; ')}`);
    }
    const positions = await scannedPositions(this.dataSource.manager, [config.chainId]);
    const position = positions.get(config.chainId);
    this.readAt.set(chain, position?.hash ?? null);
    if (position === undefined)
      return refusal('not_read_yet', `the scan of chain ${chain} has not begun; try again in a moment`);
    return { chain, ...position };
  }
}

function sequencerOf(
  { chain }: FeedSource,
  sequencers: Readonly<Record<string, ContractPlace>>,
): ContractPlace | undefined {
  return Object.hasOwn(sequencers, chain) ? sequencers[chain] : undefined;
}

function observe(
  feed: FeedSource,
  sequencer: ContractPlace | undefined,
  answers: ReadonlyMap<string, Answers | Refusal>,
): FeedObservation | Refusal {
  const answer = answers.get(feed.chain) as Answers | Refusal;
  if ('code' in answer) return answer;
  const round = readRound(answer.of(feed.address, LATEST_ROUND_DATA));
  const decimals = readDecimals(answer.of(feed.address, DECIMALS));
  const description = readDescription(answer.of(feed.address, DESCRIPTION));
  if (round === null || decimals === null || description === null) {
    return refusal(
      'unreadable',
      `${sourceName(feed)} does not answer as a price feed does: fix its chain or address in rates.yaml`,
    );
  }
  const { block } = answer;
  return {
    kind: 'feed',
    round,
    decimals,
    description,
    block,
    sequencer: uptime(feed.chain, sequencer, answers),
  };
}

function uptime(
  chain: string,
  place: ContractPlace | undefined,
  answers: ReadonlyMap<string, Answers | Refusal>,
): SequencerObservation | Refusal | null {
  if (place === undefined) return null;
  const answer = answers.get(place.chain) as Answers | Refusal;
  if ('code' in answer)
    return refusal(
      'sequencer_unknown',
      `whether the sequencer of ${chain} is up is not known: ${answer.reason}`,
    );
  const round = readRound(answer.of(place.address, LATEST_ROUND_DATA));
  if (round !== null) return { round, block: answer.block };
  return refusal(
    'sequencer_unknown',
    `the uptime feed of ${chain}’s sequencer does not answer as one: fix its address in rates.yaml`,
  );
}

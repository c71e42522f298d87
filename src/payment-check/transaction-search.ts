import { Injectable } from '@nestjs/common';
import { ChainService } from '../chain/chain.service.js';
import { RpcError } from '../chain/rpc/rpc-endpoint.js';
import { type FoundTransaction } from '../chain/reading/transaction.js';
import { type ChainConfig } from '../config/chains.js';
import { type TxHash } from '../ids/ids.js';
import { FairTurns } from '../process/fair-turns.js';

/** A chain that does not answer by then is reported as silent. */
const PATIENCE_MS = 15_000;
/** Of one chain's nodes, which the scan needs as well. */
const AT_ONCE = 4;

/** `busy`: its nodes answer, and others who asked before were not done in time. */
type Answer = FoundTransaction | null | 'silent' | 'busy';

interface Found {
  chain: ChainConfig;
  transaction: FoundTransaction;
}

export interface Search {
  /** Where it is; null: no chain that answered knows it. */
  best: Found | null;
  /** Chains that did not answer in time. */
  silent: string[];
  /** Chains whose turn did not come in time, since so many ask. */
  busy: string[];
}

/** Asks the nodes of all chains for a transaction, a few at a time of each chain, however many want to know. */
@Injectable()
export class TransactionSearch {
  private readonly turns = new Map<string, FairTurns>();
  /** By chain, when it last answered. */
  private readonly answeredAtMs = new Map<string, number>();
  /** By chain and hash. */
  private readonly underWay = new Map<string, Promise<Answer>>();

  constructor(private readonly chains: ChainService) {}

  /**
   * @param offered names of chains that come first
   * @param shows whether a transaction has what is looked for: as soon as one has, no other chain is waited for, but for those
   *   that come first
   * @param line those of one line wait for one another
   */
  async find(
    txHash: TxHash,
    {
      offered,
      shows,
      line,
    }: { offered: readonly string[]; shows: (transaction: FoundTransaction) => boolean; line: string },
  ): Promise<Search> {
    const isFirst = ({ name }: ChainConfig) => offered.includes(name);
    const chains = this.chains.all().sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)));
    const answers: (Answer | undefined)[] = chains.map(() => undefined);
    const shown = (index: number) => {
      const answer = answers[index];
      return answer !== null && typeof answer === 'object' && shows(answer);
    };
    const firsts = chains.filter(isFirst).length;
    const isDecided = () => {
      const index = chains.findIndex((_chain, place) => shown(place));
      const areFirstsKnown = answers.slice(0, firsts).every((answer) => answer !== undefined);
      return index >= 0 && (index < firsts || areFirstsKnown);
    };
    await new Promise<void>((resolve, reject) => {
      let left = chains.length;
      if (left === 0) resolve();
      chains.forEach((chain, index) => {
        const take = (answer: Answer) => {
          answers[index] = answer;
          left -= 1;
          if (left === 0 || isDecided()) resolve();
        };
        this.ask(chain, txHash, line).then(take, reject);
      });
    });
    const found = chains.flatMap((chain, index): Found[] => {
      const transaction = answers[index];
      return typeof transaction === 'object' && transaction !== null ? [{ chain, transaction }] : [];
    });
    const best = found.find(({ transaction }) => shows(transaction)) ?? found[0] ?? null;
    const named = (word: Answer) =>
      chains.filter((_chain, index) => answers[index] === word).map(({ name }) => name);
    return { best, silent: named('silent'), busy: named('busy') };
  }

  /** Those who ask for the same at the same time share it. */
  private ask({ name }: ChainConfig, txHash: TxHash, line: string): Promise<Answer> {
    const key = `${name} ${txHash}`;
    const shared = this.underWay.get(key);
    if (shared) return shared;
    const asked = this.inTurn(name, txHash, line).finally(() => this.underWay.delete(key));
    this.underWay.set(key, asked);
    return asked;
  }

  private async inTurn(name: string, txHash: TxHash, line: string): Promise<Answer> {
    const turns = this.turns.get(name) ?? new FairTurns(AT_ONCE);
    this.turns.set(name, turns);
    const fromMs = performance.now();
    let hasBegun = false;
    const look = () => {
      hasBegun = true;
      return this.look(name, txHash);
    };
    const answer = await turns.within<Answer>(line, PATIENCE_MS, look, 'silent');
    const isAlive = (this.answeredAtMs.get(name) ?? -Infinity) > fromMs;
    return answer === 'silent' && !hasBegun && isAlive ? 'busy' : answer;
  }

  private async look(name: string, txHash: TxHash): Promise<Answer> {
    try {
      const transaction = await this.chains.transaction(name, txHash);
      this.answeredAtMs.set(name, performance.now());
      return transaction;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return 'silent';
    }
  }
}

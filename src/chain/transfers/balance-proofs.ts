import { type BlockProver } from '../proof/block-prover.js';
import { type RawFullHeader } from '../blocks/raw-block.js';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { provenBalance } from './account-proof.js';
import { balanceAt } from './balances.js';
import { type Address } from '../../ids/ids.js';
import { steadyMs } from '../../process/steady-time.js';

/** Reads what an address holds after a block, in wei. @throws RpcError */
export type ReadBalance = (rpc: Rpc, header: RawFullHeader, address: Address) => Promise<bigint>;

/** After so many blocks in a row for which no endpoint gave a proof, it is not asked for, for a while. */
const STRIKES = 3;
const REST_MS = 10 * 60_000;

/**
 * Whether balances are proved (EIP-1186) or believed. A proof is asked of every endpoint first; where none has it, as
 * of a block that is not the newest, the nodes are believed. Proofs are looked at again after a while.
 */
export class BalanceProofs {
  private refusals = 0;
  private restsUntilMs = -Infinity;

  /** @param onBelieved called with the reason why a balance had to be believed */
  constructor(
    private readonly prover: BlockProver,
    private readonly onBelieved: (reason: string) => void = () => undefined,
  ) {}

  /**
   * @param ask with each endpoint until one answers; called a second time where none gave a proof. It is told whether what
   * is read is proved
   */
  async first<T>(ask: (read: ReadBalance, isProved: boolean) => Promise<T>): Promise<T> {
    if (this.prover.proofs !== 'full' || steadyMs() < this.restsUntilMs) return ask(believed, false);
    let refusal: RpcError | null = null;
    try {
      const answer = await ask(async (rpc, header, address) => {
        try {
          return await provenBalance(this.prover, rpc, header, address);
        } catch (error) {
          if (error instanceof RpcError && !(error instanceof UnprovenAnswerError)) refusal = error;
          throw error;
        }
      }, true);
      if (refusal === null) this.refusals = 0;
      return answer;
    } catch (error) {
      if (refusal === null || error instanceof UnprovenAnswerError) throw error;
      this.refused(refusal);
      return ask(believed, false);
    }
  }

  private refused({ message }: RpcError): void {
    this.onBelieved(message);
    this.refusals += 1;
    if (this.refusals >= STRIKES) this.restsUntilMs = steadyMs() + REST_MS;
  }
}

const believed: ReadBalance = (rpc, { hash }, address) => balanceAt(rpc, hash, address);

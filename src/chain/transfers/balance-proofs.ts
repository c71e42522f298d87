import { type BlockProver } from '../proof/block-prover.js';
import { type RawFullHeader } from '../blocks/raw-block.js';
import { within } from '../../process/within.js';
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
const HANGING_MS = 2_000;

/**
 * Whether balances are proved (EIP-1186) or believed. A proof is asked of every endpoint first; where none has it, as
 * of a block that is not the newest, the nodes are believed. Proofs are looked at again after a while.
 */
export class BalanceProofs {
  private refusals = 0;
  private restsUntilMs = -Infinity;

  /**
   * @param onBelieved called with the reason why a balance had to be believed
   * @param hangingMs one endpoint refused a proof; the others have so much longer before the nodes are believed meanwhile
   */
  constructor(
    private readonly prover: BlockProver,
    private readonly onBelieved: (reason: string) => void = () => undefined,
    private readonly hangingMs = HANGING_MS,
  ) {}

  /**
   * @param ask with each endpoint until one answers; called a second time where none gave a proof. It is told whether what
   * is read is proved
   */
  async first<T>(ask: (read: ReadBalance, isProved: boolean) => Promise<T>): Promise<T> {
    if (this.prover.proofs !== 'full' || steadyMs() < this.restsUntilMs) return ask(believed, false);
    const refusals: RpcError[] = [];
    let tellRefused = (): void => undefined;
    const refused = new Promise<void>((resolve) => (tellRefused = resolve));
    const proving = ask(async (rpc, header, address) => {
      try {
        return await provenBalance(this.prover, rpc, header, address);
      } catch (error) {
        if (error instanceof RpcError && !(error instanceof UnprovenAnswerError)) refusals.push(error);
        tellRefused();
        throw error;
      }
    }, true);
    if (await outlasts(proving, refused, this.hangingMs)) {
      this.refused(refusals[0]);
      return soonest(proving, ask(believed, false));
    }
    try {
      const answer = await proving;
      if (refusals.length === 0) this.refusals = 0;
      return answer;
    } catch (error) {
      if (refusals.length === 0 || error instanceof UnprovenAnswerError) throw error;
      this.refused(refusals.at(-1));
      return ask(believed, false);
    }
  }

  private refused(refusal: RpcError | undefined): void {
    this.onBelieved(refusal?.message ?? 'what an endpoint gave as a proof is none');
    this.refusals += 1;
    if (this.refusals >= STRIKES) this.restsUntilMs = steadyMs() + REST_MS;
  }
}

/** Whether a proof is still waited for some time after one endpoint had none: then the others hang. */
async function outlasts(proving: Promise<unknown>, refused: Promise<void>, ms: number): Promise<boolean> {
  const ended = proving.then(
    () => true,
    () => true,
  );
  return !(await Promise.race([ended, refused.then(() => within(ms, ended, false))]));
}

/** What comes first, by proof or not; where neither does, why it is not even believed. */
async function soonest<T>(proving: Promise<T>, asked: Promise<T>): Promise<T> {
  try {
    return await Promise.any([proving, asked]);
  } catch {
    return asked;
  }
}

const believed: ReadBalance = (rpc, { hash }, address) => balanceAt(rpc, hash, address);

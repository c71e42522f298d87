import { Injectable } from '@nestjs/common';
import { type SweepBatches } from '../../config/chains.js';
import { delegationTo } from '../../outgoing/delegate/sweep-delegate.js';
import { type Failure, type Moved, NOTHING_MOVED, type Round } from '../../outgoing/movers.js';
import { sideBySide } from '../../outgoing/side-by-side.js';
import { gasToAllow } from '../../outgoing/transfer-trial.js';
import { DelegateCheck } from '../delegate/delegate-check.js';
import { batchesOf } from '../planning/batches.js';
import { type Obstacle } from '../planning/decide.js';
import { SweepStates } from '../sweep-states.js';
import { type BatchPart, BatchSigning } from './batch-signing.js';
import { type Due, type SweepPath, whatFailed } from './sweep-path.js';

const TANK_LOW: Obstacle = {
  code: 'gas_tank_low',
  reason: 'the gas tank cannot pay for it: fill it up',
};

/**
 * Tokens of many deposit addresses go in one transaction of the gas tank: each address has delegated to a contract that
 * pays the treasury (EIP-7702). Nothing is sent to them first.
 */
@Injectable()
export class BatchedTransfers implements SweepPath {
  constructor(
    private readonly states: SweepStates,
    private readonly delegates: DelegateCheck,
    private readonly signing: BatchSigning,
  ) {}

  async move(round: Round, due: readonly Due[]): Promise<Moved> {
    const { chain } = round;
    const { batches } = chain.sweep;
    if (due.length === 0 || batches === undefined) return NOTHING_MOVED;
    const obstacle = await this.delegates.obstacle(chain);
    if (obstacle !== null) {
      for (const { sweep } of due) await this.states.wait(sweep, obstacle);
      return NOTHING_MOVED;
    }
    const { done, failures } = await sideBySide(
      due,
      ({ sweep }) => whatFailed(sweep),
      (one) => this.ready(round, batches, one),
    );
    const ready = done.filter((one) => one !== null);
    let hasSigned = false;
    for (const batch of batchesOf(ready, batches.size, await chain.accounts.blockGas())) {
      try {
        if (await this.send(round, batches, batch)) hasSigned = true;
      } catch (error) {
        failures.push(...failuresOf(batch, error as Error));
      }
    }
    return { hasSigned, failures };
  }

  /** @returns null when it does not go. @throws RpcError */
  private async ready(
    { chain }: Round,
    { delegate }: SweepBatches,
    { sweep, final, most }: Due,
  ): Promise<BatchPart | null> {
    const { from, treasury: to, tokenAddress } = sweep;
    if (tokenAddress === null) return null;
    if (!this.delegates.pays(chain, to)) {
      const reason = 'the treasury is another one since it was planned: it is planned again';
      await this.states.wait(sweep, { code: 'no_delegate', reason });
      return null;
    }
    const gas = await gasToAllow(chain, { from, to, tokenAddress, amount: most });
    if (typeof gas !== 'bigint') {
      await this.states.fail(chain, sweep, gas.reason);
      return null;
    }
    const { accounts } = chain;
    const [code, nodeNonce] = await Promise.all([accounts.code(from), accounts.nonce(from)]);
    return { sweep, final, most, gas, tokenAddress, nodeNonce, isNew: code !== delegationTo(delegate) };
  }

  private async send(round: Round, batches: SweepBatches, batch: readonly BatchPart[]): Promise<boolean> {
    const signed = await this.signing.sign(round, batches, batch);
    if (signed !== 'gas_tank_low') return signed === 'signed';
    for (const { sweep } of batch) await this.states.wait(sweep, TANK_LOW);
    return false;
  }
}

function failuresOf(batch: readonly BatchPart[], error: Error): Failure[] {
  return batch.map(({ sweep }) => ({ what: whatFailed(sweep), error }));
}

import { OutgoingSigner } from '../../outgoing/outgoing-signer.js';
import { Injectable } from '@nestjs/common';
import { type SweepBatches } from '../../config/chains.js';
import { delegationTo } from '../../outgoing/delegate/sweep-delegate.js';
import { feesFor } from '../../outgoing/fees.js';
import { type Failure, type Moved, NOTHING_MOVED, type Round } from '../../outgoing/movers.js';
import { sideBySide } from '../../outgoing/side-by-side.js';
import { NotSignedError } from '../../outgoing/signing-gate.js';
import { gasToAllow } from '../../outgoing/transfer-trial.js';
import { DelegateCheck } from '../delegate/delegate-check.js';
import { authorizationGas } from '../planning/authorization-gas.js';
import { batchesOf } from '../planning/batches.js';
import { SweepStates } from '../sweep-states.js';
import { type BatchPart, BatchSigning } from './batch-signing.js';
import { type Due, type SweepPath, whatFailed } from './sweep-path.js';

/** Before it is known what its authorization is charged. */
type ReadyPart = Omit<BatchPart, 'authorizationGas'>;

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
    private readonly signer: OutgoingSigner,
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
    const ready = await this.withAuthorizations(
      round,
      batches,
      done.filter((one) => one !== null),
    );
    const price = feesFor(round.quote, false).maxFeePerGas;
    const sorted = batchesOf(ready, batches.size, await chain.accounts.blockGas(), price);
    for (const { sweep, gas } of sorted.tooLarge) {
      const reason = `the transfer may take ${gas} gas, and all of a batch ${sorted.most}: no transaction is signed that no block takes`;
      await this.states.wait(sweep, { code: 'fee_share', reason });
    }
    let hasSigned = false;
    for (const batch of sorted.batches) {
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
    { chain, extent }: Round,
    { delegate }: SweepBatches,
    due: Due,
  ): Promise<ReadyPart | null> {
    const { sweep, most } = due;
    const { from, treasury: to, tokenAddress } = sweep;
    if (tokenAddress === null) return null;
    const gas = await gasToAllow(chain, { from, to, tokenAddress, amount: most }, extent.scanned.hash);
    if (typeof gas !== 'bigint') {
      await this.states.fail(chain, sweep, gas.reason);
      return null;
    }
    const [code, nodeNonce] = await Promise.all([
      chain.accounts.code(from, extent.scanned.hash),
      this.signer.nodeNonce(chain, from),
    ]);
    return { ...due, gas, tokenAddress, nodeNonce, isNew: code !== delegationTo(delegate) };
  }

  /** With what each one's authorization is charged by now. @throws RpcError */
  private async withAuthorizations(
    { chain }: Round,
    { delegate }: SweepBatches,
    ready: readonly ReadyPart[],
  ): Promise<BatchPart[]> {
    const first = ready.find(({ isNew }) => isNew);
    const each = first === undefined ? 0n : await authorizationGas(chain, first.sweep.treasury, delegate);
    return ready.map((part) => ({ ...part, authorizationGas: part.isNew ? each : 0n }));
  }

  private async send(round: Round, batches: SweepBatches, batch: readonly BatchPart[]): Promise<boolean> {
    try {
      const { isSigned, waiting } = await this.signing.sign(round, batches, batch);
      for (const { part, obstacle } of waiting) await this.states.wait(part.sweep, obstacle);
      return isSigned;
    } catch (error) {
      if (!(error instanceof NotSignedError)) throw error;
      for (const { sweep } of batch) await this.states.notSigned(sweep, error);
      return false;
    }
  }
}

function failuresOf(batch: readonly BatchPart[], error: Error): Failure[] {
  return batch.map(({ sweep }) => ({ what: whatFailed(sweep), error }));
}

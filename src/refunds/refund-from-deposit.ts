import { Injectable } from '@nestjs/common';
import { Holdings } from '../ledger/holdings.js';
import { GasTank } from '../outgoing/gas-tank.js';
import { type Round } from '../outgoing/movers.js';
import { tryTransfer } from '../outgoing/transfer-trial.js';
import { Keys } from '../wallet/keys.js';
import { fails, type RefundOutcome, SIGNED, waits } from './refund-outcome.js';
import { isNative, RefundSigning } from './refund-signing.js';
import { Refund } from './refund.entity.js';

/** A refund that its deposit address pays, because the money is still there. */
@Injectable()
export class RefundFromDeposit {
  constructor(
    private readonly keys: Keys,
    private readonly holdings: Holdings,
    private readonly tank: GasTank,
    private readonly signing: RefundSigning,
  ) {}

  /** @returns null: it has to come from elsewhere. @throws RpcError */
  async pay(round: Round, refund: Refund): Promise<RefundOutcome | null> {
    const { depositAddress: from, derivationIndex, to, tokenAddress, amount } = refund;
    const { shown, booked, isBelieved } = await this.holdings.after(
      round.chain,
      round.extent.scanned,
      from,
      tokenAddress,
    );
    if (shown < amount && !isBelieved) {
      return waits(`${booked} are booked at the deposit address, and nodes show ${shown}`);
    }
    if (shown < amount || !this.keys.has('deposit')) return null;
    const trial = await tryTransfer(round, { from, to, tokenAddress, amount });
    if (trial.state === 'refused') return fails(trial.reason);
    if (trial.state === 'needs_gas') return this.fund(round, refund, trial.needed);
    const account = { kind: 'deposit' as const, derivationIndex };
    return this.signing.sign(round, refund, { account, from }, trial, shown);
  }

  private async fund({ chain }: Round, refund: Refund, needed: bigint): Promise<RefundOutcome | null> {
    const gas = { to: refund.depositAddress, needed, subjectId: refund.id };
    const funding = await this.tank.fund(chain, gas, (manager) =>
      manager.update(Refund, { id: refund.id }, { isGasSettled: isNative(refund) }),
    );
    if (funding.state === 'signed') return SIGNED;
    if (funding.state === 'under_way') {
      return waits('gas is on its way to the deposit address, or dearer for now than what was sent');
    }
    if (this.keys.has('payout')) return null;
    return waits(
      funding.why === 'no_gas_tank'
        ? 'the deposit address has no gas, and there is neither GAS_TANK_PRIVATE_KEY nor PAYOUT_PRIVATE_KEY'
        : 'the deposit address has no gas, and the gas tank cannot pay for it',
    );
  }
}

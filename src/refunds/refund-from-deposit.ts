import { Injectable } from '@nestjs/common';
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
    private readonly tank: GasTank,
    private readonly signing: RefundSigning,
  ) {}

  /** @returns null: it has to come from elsewhere. @throws RpcError */
  async pay(round: Round, refund: Refund): Promise<RefundOutcome | null> {
    const { depositAddress: from, derivationIndex, to, tokenAddress, amount } = refund;
    const isUnswept = (await round.chain.accounts.balance(from, tokenAddress)) >= amount;
    if (!isUnswept || !this.keys.has('deposit')) return null;
    const trial = await tryTransfer(round.chain, round.quote, { from, to, tokenAddress, amount });
    if (trial.state === 'refused') return fails(trial.reason);
    if (trial.state === 'needs_gas') return this.fund(round, refund, trial.missing);
    const account = { kind: 'deposit' as const, derivationIndex };
    return this.signing.sign(round, refund, { account, from }, trial);
  }

  private async fund({ chain }: Round, refund: Refund, missing: bigint): Promise<RefundOutcome | null> {
    const gas = { to: refund.depositAddress, amount: missing, subjectId: refund.id };
    const funding = await this.tank.fund(chain, gas, (manager) =>
      manager.update(Refund, { id: refund.id }, { isGasSettled: isNative(refund) }),
    );
    if (funding.state === 'signed') return SIGNED;
    if (funding.state === 'under_way') return waits('gas is on its way to the deposit address');
    if (this.keys.has('payout')) return null;
    return waits(
      funding.why === 'no_gas_tank'
        ? 'the deposit address has no gas, and there is neither GAS_TANK_PRIVATE_KEY nor PAYOUT_PRIVATE_KEY'
        : 'the deposit address has no gas, and the gas tank cannot pay for it',
    );
  }
}

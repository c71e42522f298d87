import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type GasQuote } from '../chain/accounts/chain-accounts.js';
import { type Chain } from '../chain/chain.js';
import { databaseClock } from '../database/database-clock.js';
import { ScannedChain } from '../scanner/scanned-chain.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { AddressUsers } from './address-users.js';
import { bumped, dataReserve, expectedPrice, type Fees } from './fees.js';
import { GasTank } from './gas-tank.js';
import { feesOf, OutgoingAttempt } from './outgoing-attempt.entity.js';
import { OutgoingSigner } from './outgoing-signer.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';
import { type OutgoingRecord } from './outgoing.repository.js';
import { NotSignedError } from './signing-gate.js';
import { areEmptyOf, withoutSignature } from './transaction-bytes.js';
import { keptOf } from './transfer-trial.js';
import { steadyMs } from '../process/steady-time.js';

const COMPLAIN_EVERY_MS = 600_000;

/** Higher fees for what is not mined in time. */
@Injectable()
export class Replacements {
  private readonly logger = new Logger('Outgoing');
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly scanned: ScannedChain,
    private readonly signer: OutgoingSigner,
    private readonly tank: GasTank,
    private readonly users: AddressUsers,
  ) {}

  /**
   * Signs the transaction again with a higher fee. Its caller knows that its last attempt has waited for too long.
   * @returns whether it did; to broadcast it is the caller's
   * @throws RpcError
   */
  async replaceLate(chain: Chain, record: OutgoingRecord, quote: GasQuote): Promise<boolean> {
    const last = record.attempts.at(-1) as OutgoingAttempt;
    const fees = bumped(
      feesOf(last),
      feesOf(record.attempts[0] as OutgoingAttempt),
      quote,
      chain.sweep.maxGasPrice,
      databaseClock.nowMs() - last.signedAt.getTime(),
    );
    if (fees === null) {
      const most = chain.sweep.maxGasPrice === undefined ? 'ten times the first one' : 'sweep.max_gas_price';
      this.leave(chain, record, `its fee is at the ceiling (${most}): it waits for gas to be cheaper`);
      return false;
    }
    const isReplaced = await this.sign(chain, record, fees, expectedFee(last, fees, quote));
    if (isReplaced) this.tell(chain, record, last, fees);
    return isReplaced;
  }

  /** What does not hold now keeps it as it is. */
  private async sign(
    chain: Chain,
    record: OutgoingRecord,
    fees: Fees,
    expectedFee: bigint,
  ): Promise<boolean> {
    try {
      const amount = await this.affordable(chain, record, fees, expectedFee);
      if (amount === null) return false;
      return await this.dataSource.transaction((manager) =>
        this.signer.replace(manager, record.outgoing.id, record.attempts, { fees, expectedFee, amount }),
      );
    } catch (error) {
      if (!(error instanceof NotSignedError)) throw error;
      this.leave(chain, record, error.message);
      return false;
    }
  }

  /**
   * What the address can move at the higher fee; what a deposit address lacks of it comes from the tank first.
   * @returns undefined: what it moved before; null: it cannot pay it now
   */
  private async affordable(
    chain: Chain,
    record: OutgoingRecord,
    fees: Fees,
    expectedFee: bigint,
  ): Promise<bigint | undefined | null> {
    const { outgoing, attempts } = record;
    const last = attempts.at(-1) as OutgoingAttempt;
    const fee = BigInt(last.gasLimit) * fees.maxFeePerGas;
    const { accounts } = chain;
    const after = (await this.scanned.last(chain))?.hash ?? 'latest';
    const [balance, dataFee] = await Promise.all([
      accounts.balance(outgoing.from, null, after),
      accounts.dataFee(withoutSignature(last.raw)),
    ]);
    const reserve = dataReserve(dataFee);
    if (outgoing.isDrain && !areEmptyOf(outgoing.from, last.raw)) {
      // Not more than before, though more may have come: that is not final yet.
      const before = last.amount + BigInt(last.gasLimit) * last.maxFeePerGas;
      const now = balance - reserve.roomy;
      const amount = (now < before ? now : before) - fee;
      return amount > 0n ? amount : this.leave(chain, record, 'a higher fee would take all that it moves');
    }
    const moved = outgoing.tokenAddress === null ? last.amount : 0n;
    const needed = fee + keptOf({ balance, moved, promised: await this.promised(outgoing) });
    if (balance >= needed + reserve.least) return undefined;
    if (outgoing.account !== 'deposit') {
      return this.leave(chain, record, 'its account cannot pay a higher fee; fill it up');
    }
    const { from: to, subjectId, mostFee: most } = outgoing;
    const paid = await this.signer.paidFor(this.dataSource.manager, outgoing);
    const feeAt = (_quote: GasQuote, fundingWei: bigint) => ({
      expected: paid + expectedFee + fundingWei,
      most,
    });
    await this.tank.fund(chain, { to, neededAt: () => needed + reserve.roomy, subjectId, feeAt });
    return null;
  }

  /** What is promised to others pays for no gas, unless nobody else can: what is stuck would keep them waiting as well. */
  private async promised({ chainId, from, account }: OutgoingTransaction): Promise<bigint> {
    if (account !== 'deposit' || this.tank.address === null) return 0n;
    const { manager } = this.dataSource;
    const sums = await Promise.all(this.users.all().map((user) => user.promisedAt(manager, chainId, from)));
    return sums.reduce((sum, one) => sum + one, 0n);
  }

  private tell({ name: chain }: Chain, record: OutgoingRecord, last: OutgoingAttempt, fees: Fees): void {
    const { id, from, nonce } = record.outgoing;
    const max_fee_per_gas = fees.maxFeePerGas.toString();
    this.logger.warn(
      { chain, outgoing: id, from, nonce, replaces: last.txHash, max_fee_per_gas },
      'transaction was not mined in time: signed again with a higher fee',
    );
  }

  private leave({ name: chain }: Chain, { outgoing }: OutgoingRecord, reason: string): null {
    if (this.complaints.isDue(outgoing.id, reason, steadyMs())) {
      this.logger.warn({ chain, outgoing: outgoing.id, from: outgoing.from, reason }, 'fee not raised');
    }
    return null;
  }
}

/** What bytes that empty their account offer is paid whole; of others no more than gas costs now. */
function expectedFee({ gasLimit }: OutgoingAttempt, fees: Fees, quote: GasQuote): bigint {
  const { maxFeePerGas, maxPriorityFeePerGas } = fees;
  const now = expectedPrice(quote);
  const isWhole =
    maxPriorityFeePerGas === null || maxPriorityFeePerGas === maxFeePerGas || now > maxFeePerGas;
  return BigInt(gasLimit) * (isWhole ? maxFeePerGas : now);
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type Chain } from '../chain/chain.js';
import { DepositFunds } from '../payments/deposit-funds.js';
import { AddressUsers, type GasLeft } from './address-users.js';
import { dataReserve, type Fees, feesFor } from './fees.js';
import { PLAIN_TRANSFER_GAS } from './gas.js';
import { gasLeftAt, givenBackFrom } from './gas-left.js';
import { GasTank } from './gas-tank.js';
import { type Moved, type Mover, Movers, NOTHING_MOVED, type Round } from './movers.js';
import { isAnyOpenFrom } from './open-transactions.js';
import { OutgoingSigner } from './outgoing-signer.js';
import { holdAddress } from './outgoing.repository.js';
import { NotSignedError } from './signing-gate.js';
import { sideBySide } from './side-by-side.js';
import { type Payload, unsignedBytes } from './transaction-bytes.js';
import { gasToAllow } from './transfer-trial.js';
import { type Address, type ChainId } from '../ids/ids.js';

const BATCH = 50;
/** What comes back must be worth so many times what it costs. */
const WORTH = 2n;

/**
 * Brings gas that a token's sweep or refund left over back to the tank, where that is worth it: never more than was sent
 * for it and is still there after the last block scanned, beside what customers sent. What else lies there is a customer's
 * as well, scanned or not.
 */
@Injectable()
export class GasReturns implements Mover, OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly movers: Movers,
    private readonly users: AddressUsers,
    private readonly funds: DepositFunds,
    private readonly tank: GasTank,
    private readonly signer: OutgoingSigner,
  ) {}

  onModuleInit(): void {
    this.movers.add('gas returns', this);
  }

  async move(round: Round): Promise<Moved> {
    const { chain, quote, isPaused } = round;
    const { address: tank } = this.tank;
    if (isPaused || tank === null) return NOTHING_MOVED;
    const fees = feesFor(quote, true);
    if (chain.sweep.maxGasPrice !== undefined && fees.maxFeePerGas > chain.sweep.maxGasPrice)
      return NOTHING_MOVED;
    const { done, failures } = await sideBySide(
      await this.leftovers(chain),
      ({ address }) => `gas left at ${address} could not be returned`,
      (leftover) => unlessNotSigned(this.settle(round, leftover, tank, fees)),
    );
    return { hasSigned: done.includes(true), failures };
  }

  /** Each address once. */
  private async leftovers({ chainId }: Chain): Promise<GasLeft[]> {
    const left = await Promise.all(this.users.all().map((user) => user.gasLeft(chainId, BATCH)));
    return [
      ...new Map(
        left
          .flat()
          .reverse()
          .map((one) => [one.address, one]),
      ).values(),
    ].reverse();
  }

  private async settle(
    { chain, extent }: Round,
    place: GasLeft,
    tank: Address,
    fees: Fees,
  ): Promise<boolean> {
    const { subjectId, address: from, derivationIndex, stillTaken } = place;
    const { chainId, accounts } = chain;
    const after = extent.scanned.hash;
    const { manager: pool } = this.dataSource;
    const sent = await gasLeftAt(pool, chainId, from);
    const customers = await this.customersAt(pool, chainId, from);
    const [shown, tokens, nodeNonce] = await Promise.all([
      accounts.balance(from, null, after, sent + customers),
      stillTaken === null ? 0n : accounts.balance(from, stillTaken, after),
      this.signer.nodeNonce(chain, from),
    ]);
    const beside = shown - customers;
    const left = atLeastNothing(beside < sent ? beside : sent);
    const tried = await gasToReturn(chain, { from, to: tank, amount: left }, after);
    const gasLimit = tried ?? PLAIN_TRANSFER_GAS;
    const payload: Payload = { chainId, recipient: tank, tokenAddress: null, amount: left, gasLimit, fees };
    const { roomy } = dataReserve(await accounts.dataFee(unsignedBytes(payload)));
    const cost = gasLimit * fees.maxFeePerGas + roomy;
    return this.dataSource.transaction(async (manager) => {
      await holdAddress(manager, chainId, from);
      for (const user of this.users.all()) {
        if ((await user.claimsOf(manager, [place])).has(from)) return false;
      }
      if (await isAnyOpenFrom(manager, chainId, from)) return false;
      if ((await gasLeftAt(manager, chainId, from)) !== sent) return false;
      if ((await this.customersAt(manager, chainId, from)) !== customers) return false;
      for (const user of this.users.all()) await user.settleGas(manager, chainId, from);
      if (tried === null || tokens > 0n || left < cost * WORTH) return false;
      await this.signer.sign(manager, {
        ...payload,
        purpose: 'gas_return',
        subjectId,
        account: { kind: 'deposit', derivationIndex },
        from,
        amount: left - cost,
        isDrain: true,
        nodeNonce,
        fee: null,
        balance: { has: left, needed: left },
      });
      return true;
    });
  }

  /** Wei of customers that are there: what they sent, less what went back. */
  private async customersAt(manager: EntityManager, chainId: ChainId, address: Address): Promise<bigint> {
    const sent = await this.funds.unsweptNative(manager, chainId, address);
    return atLeastNothing(sent - (await givenBackFrom(manager, chainId, address)));
  }
}

/** An address that paid for transactions with other money has less than nothing left of its gas. */
function atLeastNothing(wei: bigint): bigint {
  return wei > 0n ? wei : 0n;
}

/** Null: it cannot be returned, since nothing is left, or the tank's own code refuses it. @throws RpcError */
async function gasToReturn(
  chain: Chain,
  transfer: { from: Address; to: Address; amount: bigint },
  after: string,
): Promise<bigint | null> {
  if (transfer.amount === 0n) return null;
  const allowed = await gasToAllow(chain, { ...transfer, tokenAddress: null }, after);
  return typeof allowed === 'bigint' ? allowed : null;
}

/** What does not hold now is looked at again in the next round. */
async function unlessNotSigned(settled: Promise<boolean>): Promise<boolean> {
  try {
    return await settled;
  } catch (error) {
    if (error instanceof NotSignedError) return false;
    throw error;
  }
}

import { Injectable } from '@nestjs/common';
import { type Movement } from '../chain/blocks/block.js';
import { ChainService } from '../chain/chain.service.js';
import { type FoundTransaction, type IncludedTransaction } from '../chain/reading/transaction.js';
import { type ChainConfig } from '../config/chains.js';
import {
  type Arrival,
  type Finding,
  findingOf,
  findingOfNone,
  findingWithout,
  OWN_GAS,
  type Standing,
  summary,
} from './check-finding.js';
import { depositView } from '../payments/deposit.view.js';
import { type DepositRecord, DepositsRepository } from '../payments/deposits.repository.js';
import { isCovered, moneyOf, type PaymentMoney } from '../payments/money-of.js';
import { type CheckBody } from './check.body.js';
import { PaymentNotFoundError } from '../payments/payment.errors.js';
import { TooManyChecksError } from './check-limits.js';
import { byPlace, MissingMoney, placeOf } from './missing-money.js';
import { type Payment } from '../payments/payment.entity.js';
import { type PaymentView } from '../payments/payment.view.js';
import { PaymentsRepository } from '../payments/payments.repository.js';
import { PaymentsService } from '../payments/payments.service.js';
import { TransactionSearch } from './transaction-search.js';
import { type Address, type ChainId, type TxHash } from '../ids/ids.js';

/** Until then others who ask are through, or have given up. */
const RETRY_AFTER_S = 15;

/** Answers "but I paid": reads one transaction, has what is missing counted, and says why the rest is not. */
@Injectable()
export class PaymentCheckService {
  constructor(
    private readonly chains: ChainService,
    private readonly search: TransactionSearch,
    private readonly missing: MissingMoney,
    private readonly payments: PaymentsService,
    private readonly records: PaymentsRepository,
    private readonly deposits: DepositsRepository,
  ) {}

  /**
   * @param txHash 0x + 64 lower-case hex digits
   * @param line of whom it waits for the nodes' turn, where many ask
   * @throws PaymentNotFoundError also when it is another merchant's
   * @throws TooManyChecksError when so many ask that its chains' nodes were not asked in time
   */
  async check(merchantId: string, id: string, txHash: TxHash, line = merchantId): Promise<CheckBody> {
    const record = await this.records.inOneMoment((manager) => this.records.find(manager, merchantId, id));
    if (!record) throw new PaymentNotFoundError(id);
    const { payment } = record;
    const offered = record.options.map(({ chain }) => chain);
    const shows = (transaction: FoundTransaction) => arrivalsAt(payment.address, transaction).length > 0;
    const { best, silent, busy } = await this.search.find(txHash, { offered, shows, line });
    if (!best) {
      if (busy.some((name) => offered.includes(name)))
        throw new TooManyChecksError(RETRY_AFTER_S, 'many others');
      const unheard = [...silent, ...busy];
      const asked = this.chains.all().map(({ name }) => name);
      const none = findingOfNone(
        offered.find((chain) => silent.includes(chain)) ?? payment.chain,
        asked.filter((name) => !unheard.includes(name)),
        unheard,
      );
      const now = await this.payments.get(merchantId, id);
      return { ...none, tx_hash: txHash, ...NOWHERE, payment: now };
    }
    return this.explain(payment, best.chain, best.transaction, line);
  }

  private async explain(
    payment: Payment,
    chain: ChainConfig,
    transaction: FoundTransaction,
    line: string,
  ): Promise<CheckBody> {
    const { hash, included } = transaction;
    const moved = arrivalsAt(payment.address, transaction);
    const isOurs = moved.length > 0 && (await this.missing.isOurs(chain.chainId, hash));
    const isApplied =
      included !== null && !isOurs && (await this.missing.record({ payment, chain, included, moved, line }));
    const { standing, records, view } = await this.standingOf(payment, chain, hash);
    const arrivals = await this.arrivals(chain, included, moved, records);
    const findings = arrivals.map((arrival) => ({
      arrival,
      finding: isOurs ? OWN_GAS : findingOf(arrival, standing),
    }));
    const overall =
      findings.length > 0
        ? summary(findings.map(({ finding }) => finding))
        : await this.withoutArrival(payment, chain, transaction);
    const recorded = new Map(records.map((record) => [record.transfer.id, record]));
    const number = included?.block.number ?? null;
    const { scanned } = standing;
    return {
      ...overall,
      tx_hash: hash,
      chain: chain.name,
      block_number: number,
      confirmations: number === null || scanned === null ? 0 : Math.max(0, scanned - number + 1),
      required_confirmations: requiredOf(standing.money, chain, arrivals),
      applied: isApplied,
      transfers: findings.map(({ arrival, finding }) => ({
        ...finding,
        amount: arrival.transfer.amount.toString(),
        token_address: arrival.transfer.tokenAddress,
        deposit: depositOf(recorded, arrival),
      })),
      payment: view,
    };
  }

  /** All that is said of it is of one moment: what is found, the deposits, and the payment. */
  private standingOf(
    { merchantId, id }: Payment,
    { chainId }: ChainConfig,
    hash: TxHash,
  ): Promise<{ standing: Standing; records: DepositRecord[]; view: PaymentView }> {
    return this.records.inOneMoment(async (manager) => {
      const record = await this.records.find(manager, merchantId, id);
      if (!record) throw new PaymentNotFoundError(id);
      const scanned = (await this.records.scannedNumbers(manager, [chainId])).get(chainId) ?? null;
      const { chains, lateWatchMs } = this.deposits;
      const { payment } = record;
      return {
        standing: {
          chains,
          lateWatchMs,
          payment,
          money: moneyOf(record),
          isCovered: isCovered(record),
          scanned,
        },
        records: await this.deposits.ofTransaction(manager, id, chainId, hash),
        view: await this.payments.view(manager, record),
      };
    });
  }

  /** What the node shows, and what we have beside it, as an internal transfer that no log tells of. */
  private async arrivals(
    chain: ChainConfig,
    included: IncludedTransaction | null,
    moved: Movement[],
    records: DepositRecord[],
  ): Promise<Arrival[]> {
    const allowed = await this.allowed(chain.chainId);
    const native = { id: null, address: null, ...chain.native };
    const recorded = byPlace(records);
    const shown = (included === null ? [] : moved).map((movement) => {
      const { block } = included as IncludedTransaction;
      const { tokenAddress, amount } = movement;
      const transfer = {
        chainId: chain.chainId,
        tokenAddress,
        amount,
        blockNumber: block.number,
        blockTime: block.time,
      };
      const asset = tokenAddress === null ? native : (allowed.get(tokenAddress) ?? null);
      return { transfer, asset, recorded: recorded.get(placeOf(movement))?.transfer ?? null };
    });
    const places = new Set(moved.map(placeOf));
    const others = records.filter(({ transfer }) => !places.has(placeOf(transfer)));
    return [...shown, ...others.map(({ transfer, asset }) => ({ transfer, asset, recorded: transfer }))];
  }

  private async withoutArrival(
    payment: Payment,
    { name, internalTransfers }: ChainConfig,
    { to, included }: FoundTransaction,
  ): Promise<Finding> {
    const recipients = (included?.movements ?? [])
      .filter(({ amount }) => amount > 0n)
      .map((movement) => movement.to);
    const own = await this.records.ownAt(payment.merchantId, recipients);
    const outcome = included && { hasSucceeded: included.hasSucceeded, recipients };
    const looked = included?.areInnerSeen === false ? 'unknown' : 'seen';
    const chain = { name, internal: internalTransfers === 'off' ? 'off' : looked } as const;
    return findingWithout(chain, { to, included: outcome }, payment.address, own);
  }

  private async allowed(chainId: ChainId) {
    const tokens = await this.chains.tokensOf(chainId);
    return new Map(tokens.map((token) => [token.address, token]));
  }
}

/** Of what arrived, else of the first asset that the payment offers on the chain; null: none, or by its own finality. */
function requiredOf(
  money: readonly PaymentMoney[],
  { chainId }: ChainConfig,
  arrivals: readonly Arrival[],
): number | null {
  const here = money.filter((one) => one.chainId === chainId);
  const arrived = here.find(({ tokenAddress }) =>
    arrivals.some(({ transfer }) => transfer.tokenAddress === tokenAddress),
  );
  return (arrived ?? here[0])?.requiredConfirmations ?? null;
}

const NOWHERE = {
  chain: null,
  block_number: null,
  confirmations: 0,
  required_confirmations: null,
  applied: false,
  transfers: [],
};

/** A native movement of nothing goes with every call of a contract. */
function arrivalsAt(address: Address, { included }: FoundTransaction): Movement[] {
  const here = (included?.movements ?? []).filter((movement) => movement.to === address);
  const worth = here.filter(({ amount }) => amount > 0n);
  return worth.length > 0 ? worth : here;
}

function depositOf(records: ReadonlyMap<string, DepositRecord>, { recorded }: Arrival) {
  const record = recorded && records.get(recorded.id);
  return record ? depositView(record) : null;
}

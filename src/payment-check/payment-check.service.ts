import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type Movement } from '../chain/blocks/block.js';
import { ChainService } from '../chain/chain.service.js';
import { RpcError } from '../chain/rpc/rpc-endpoint.js';
import { type FoundTransaction, type IncludedTransaction } from '../chain/reading/transaction.js';
import { type ChainConfig } from '../config/chains.js';
import { within } from '../process/within.js';
import { RescanRefusedError, RescanService } from '../scanner/rescan.service.js';
import { UnprovenAnswerError } from '../chain/rpc/unproven-answer.js';
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
import { ChainFactsService } from '../payments/chain-facts.service.js';
import { depositView } from '../payments/deposit.view.js';
import { type DepositRecord, DepositsRepository } from '../payments/deposits.repository.js';
import { moneyOf, type PaymentMoney } from '../payments/money-of.js';
import { type CheckBody } from './check.body.js';
import { PaymentNotFoundError } from '../payments/payment.errors.js';
import { type Payment } from '../payments/payment.entity.js';
import { PaymentsRepository } from '../payments/payments.repository.js';
import { type Address, type ChainId, type TxHash } from '../ids/ids.js';

/** A chain that does not answer by then is reported as silent. */
const PATIENCE_MS = 15_000;

/** What each chain's nodes say of a transaction. */
interface Search {
  found: { chain: ChainConfig; transaction: FoundTransaction }[];
  /** Chains that could not be asked. */
  silent: string[];
}

/** Answers "but I paid": reads one transaction, has what is missing counted, and says why the rest is not. */
@Injectable()
export class PaymentCheckService {
  private readonly logger = new Logger(PaymentCheckService.name);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly facts: ChainFactsService,
    private readonly chains: ChainService,
    private readonly payments: PaymentsRepository,
    private readonly deposits: DepositsRepository,
    private readonly rescans: RescanService,
  ) {}

  /**
   * @param txHash 0x + 64 lower-case hex digits
   * @throws PaymentNotFoundError also when it is another merchant's
   */
  async check(merchantId: string, id: string, txHash: TxHash): Promise<Omit<CheckBody, 'payment'>> {
    const record = await this.payments.find(merchantId, id);
    if (!record) throw new PaymentNotFoundError(id);
    const { payment } = record;
    const offered = record.options.map(({ chain }) => chain);
    const { found, silent } = await this.search(offered, txHash);
    const best =
      found.find(({ transaction }) => arrivalsAt(payment.address, transaction).length > 0) ?? found[0];
    if (!best) {
      const asked = this.chains.all().map(({ name }) => name);
      const none = findingOfNone(
        offered.find((chain) => silent.includes(chain)) ?? payment.chain,
        asked.filter((name) => !silent.includes(name)),
        silent,
      );
      return { ...none, tx_hash: txHash, ...NOWHERE };
    }
    return this.explain(payment, best.chain, best.transaction);
  }

  /** The chains that the payment offers first. */
  private async search(offered: readonly string[], txHash: TxHash): Promise<Search> {
    const chains = this.chains
      .all()
      .sort((a, b) => Number(offered.includes(b.name)) - Number(offered.includes(a.name)));
    const answers = await Promise.all(
      chains.map(async (chain) => ({
        chain,
        transaction: await within(PATIENCE_MS, this.ask(chain, txHash), 'silent'),
      })),
    );
    const found = answers.flatMap(({ chain, transaction }) =>
      transaction === null || transaction === 'silent' ? [] : [{ chain, transaction }],
    );
    const silent = answers.flatMap(({ chain, transaction }) =>
      transaction === 'silent' ? [chain.name] : [],
    );
    return { found, silent };
  }

  private async ask({ name }: ChainConfig, txHash: TxHash): Promise<FoundTransaction | null | 'silent'> {
    try {
      return await this.chains.transaction(name, txHash);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return 'silent';
    }
  }

  private async explain(
    payment: Payment,
    chain: ChainConfig,
    transaction: FoundTransaction,
  ): Promise<Omit<CheckBody, 'payment'>> {
    const { hash, included } = transaction;
    const moved = arrivalsAt(payment.address, transaction);
    const isOurs =
      moved.length > 0 && (await this.facts.isSentByUs(this.dataSource.manager, chain.chainId, hash));
    const isApplied =
      included !== null && !isOurs && (await this.applyMissing(payment, chain, included, moved));
    const standing = await this.standingOf(payment, chain);
    const records = await this.deposits.ofTransaction(payment.id, chain.chainId, hash);
    const arrivals = await this.arrivals(chain, included, moved, records);
    const findings = arrivals.map((arrival) => ({
      arrival,
      finding: isOurs ? OWN_GAS : findingOf(arrival, standing),
    }));
    const overall =
      findings.length > 0
        ? summary(findings.map(({ finding }) => finding))
        : await this.withoutArrival(payment, chain, transaction);
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
        deposit: depositOf(records, arrival),
      })),
    };
  }

  /**
   * What was scanned and is not recorded, as when its token was listed only later, is read again by the rescan's door:
   * proved, and held against the cursor. What was not scanned yet is left to the scan.
   * @returns whether something was missing and has been recorded
   */
  private async applyMissing(
    payment: Payment,
    { name, chainId }: ChainConfig,
    { block }: IncludedTransaction,
    moved: Movement[],
  ): Promise<boolean> {
    const scanned = (await this.payments.scannedNumbers([chainId])).get(chainId) ?? -1;
    if (block.number > scanned) return false;
    const allowed = await this.allowed(chainId);
    const worth = moved.filter(
      ({ amount, tokenAddress }) => amount > 0n && (tokenAddress === null || allowed.has(tokenAddress)),
    );
    if (worth.length === 0) return false;
    const txHash = worth[0]?.txHash;
    const records = txHash == null ? [] : await this.deposits.ofTransaction(payment.id, chainId, txHash);
    const isMissing = worth.some((movement) => {
      const transfer = recordOf(records, movement)?.transfer;
      return transfer?.state !== 'included' || transfer.blockHash !== block.hash;
    });
    if (!isMissing) return false;
    try {
      const range = { chain: name, from: block.number, to: block.number, alsoWatch: [payment.address] };
      const { added } = await this.rescans.rescan(range, () => undefined);
      return added > 0;
    } catch (error) {
      if (!isAnother(error)) throw error;
      const { message: reason } = error as Error;
      this.logger.warn({ chain: name, block: block.number, reason }, 'a block could not be read again');
      return false;
    }
  }

  private async standingOf(payment: Payment, chain: ChainConfig): Promise<Standing> {
    const [scanned, now] = await Promise.all([
      this.payments.scannedNumbers([chain.chainId]),
      this.payments.find(payment.merchantId, payment.id),
    ]);
    const { chains, lateWatchMs } = this.deposits;
    return {
      chains,
      lateWatchMs,
      payment: now?.payment ?? payment,
      money: now ? moneyOf(now) : [],
      scanned: scanned.get(chain.chainId) ?? null,
    };
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
      return { transfer, asset, recorded: recordOf(records, movement)?.transfer ?? null };
    });
    const others = records.filter(({ transfer }) => !moved.some((movement) => isSame(transfer, movement)));
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
    const own = await this.payments.ownAt(payment.merchantId, recipients);
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

function recordOf(records: DepositRecord[], movement: Movement): DepositRecord | undefined {
  return records.find(({ transfer }) => isSame(transfer, movement));
}

function isSame(one: Pick<Movement, 'ordinal'> & { kind: string }, movement: Movement): boolean {
  return one.kind === movement.kind && one.ordinal === movement.ordinal;
}

function depositOf(records: DepositRecord[], { recorded }: Arrival) {
  const record = records.find(({ transfer }) => transfer.id === recorded?.id);
  return record ? depositView(record) : null;
}

/** What another time may fix: the node, or a reorg that the scan has yet to follow. */
function isAnother(error: unknown): boolean {
  return (
    error instanceof RescanRefusedError || error instanceof RpcError || error instanceof UnprovenAnswerError
  );
}

import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type Movement } from '../chain/blocks/block.js';
import { ChainService } from '../chain/chain.service.js';
import { type IncludedTransaction } from '../chain/reading/transaction.js';
import { RpcError } from '../chain/rpc/rpc-endpoint.js';
import { UnprovenAnswerError } from '../chain/rpc/unproven-answer.js';
import { type ChainConfig } from '../config/chains.js';
import { type ChainId, type TxHash } from '../ids/ids.js';
import { ChainFactsService } from '../payments/chain-facts.service.js';
import { type DepositRecord, DepositsRepository } from '../payments/deposits.repository.js';
import { type Payment } from '../payments/payment.entity.js';
import { PaymentsRepository } from '../payments/payments.repository.js';
import { FairTurns } from '../process/fair-turns.js';
import { type RescanRange, RescanRefusedError, RescanService } from '../scanner/rescan.service.js';

/** One block of a chain at a time: it is read as the scan reads it, from the same nodes. */
const READ_AT_ONCE = 1;
const PATIENCE_MS = 15_000;

/** A mined transaction, and what of it came to a payment's address. */
interface Shown {
  payment: Payment;
  chain: ChainConfig;
  included: IncludedTransaction;
  moved: readonly Movement[];
  /** Those of one line wait for one another. */
  line: string;
}

/** Money that a node shows in a block that was scanned, and that we do not have. */
@Injectable()
export class MissingMoney {
  private readonly logger = new Logger(MissingMoney.name);
  private readonly turns = new Map<ChainId, FairTurns>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly facts: ChainFactsService,
    private readonly chains: ChainService,
    private readonly payments: PaymentsRepository,
    private readonly deposits: DepositsRepository,
    private readonly rescans: RescanService,
  ) {}

  /** Whether it brings gas of ours, which is nobody's payment. */
  isOurs(chainId: ChainId, hash: TxHash): Promise<boolean> {
    return this.facts.isSentByUs(this.dataSource.manager, chainId, hash);
  }

  /**
   * What was scanned and is not recorded, as when its token was listed only later, is read again by the rescan's door:
   * proved, and held against the cursor. What was not scanned yet is left to the scan.
   * @returns whether something was missing and has been recorded; false too where it takes longer than anybody waits
   */
  async record({
    payment,
    chain: { name, chainId },
    included: { block },
    moved,
    line,
  }: Shown): Promise<boolean> {
    const scanned =
      (await this.payments.scannedNumbers(this.dataSource.manager, [chainId])).get(chainId) ?? -1;
    if (block.number > scanned) return false;
    const allowed = new Set((await this.chains.tokensOf(chainId)).map(({ address }) => address));
    const worth = moved.filter(
      ({ amount, tokenAddress }) => amount > 0n && (tokenAddress === null || allowed.has(tokenAddress)),
    );
    if (worth.length === 0) return false;
    const txHash = worth[0]?.txHash;
    const records =
      txHash == null
        ? []
        : await this.payments.inOneMoment((manager) =>
            this.deposits.ofTransaction(manager, payment.id, chainId, txHash),
          );
    const recorded = byPlace(records);
    const isMissing = worth.some((movement) => {
      const transfer = recorded.get(placeOf(movement))?.transfer;
      return transfer?.state !== 'included' || transfer.blockHash !== block.hash;
    });
    if (!isMissing) return false;
    const range = { chain: name, from: block.number, to: block.number, alsoWatch: [payment.address] };
    const read = () => this.readAgain(range);
    const turns = this.turns.get(chainId) ?? new FairTurns(READ_AT_ONCE);
    this.turns.set(chainId, turns);
    return turns.within(line, PATIENCE_MS, read, false);
  }

  /** @returns whether something was added */
  private async readAgain(range: RescanRange): Promise<boolean> {
    try {
      const { added } = await this.rescans.rescan(range, () => undefined);
      return added > 0;
    } catch (error) {
      if (!isAnother(error)) throw error;
      const { message: reason } = error as Error;
      this.logger.warn({ chain: range.chain, block: range.from, reason }, 'a block could not be read again');
      return false;
    }
  }
}

/** What a transaction brought, by where in it that is: anybody may send thousands of transfers in one. */
export function byPlace(records: readonly DepositRecord[]): Map<string, DepositRecord> {
  return new Map(records.map((record) => [placeOf(record.transfer), record]));
}

export function placeOf({ kind, ordinal }: Pick<Movement, 'ordinal'> & { kind: string }): string {
  return `${kind} ${ordinal}`;
}

/** What another time may fix: the node, or a reorg that the scan has yet to follow. */
function isAnother(error: unknown): boolean {
  return (
    error instanceof RescanRefusedError || error instanceof RpcError || error instanceof UnprovenAnswerError
  );
}

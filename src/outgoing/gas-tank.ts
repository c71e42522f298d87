import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type Chain } from '../chain/chain.js';
import { Keys } from '../wallet/keys.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { dataReserve, feesFor } from './fees.js';
import { PLAIN_TRANSFER_GAS } from './gas.js';
import { OutgoingSigner } from './outgoing-signer.js';
import { OutgoingTransaction } from './outgoing-transaction.entity.js';
import { TankMetrics } from './tank-metrics.js';
import { unsignedBytes } from './transaction-bytes.js';

const GAS = { kind: 'gas_tank' } as const;
const COMPLAIN_EVERY_MS = 600_000;

/** What the tank has, and what its next transaction goes by. */
export interface Means {
  /** Lower-case. */
  address: string;
  /** Wei. */
  balance: bigint;
  nodeNonce: number;
}

export type Funding =
  { state: 'signed' } | { state: 'under_way' } | { state: 'refused'; why: 'no_gas_tank' | 'gas_tank_low' };

/** Pays the gas of addresses that have none. */
@Injectable()
export class GasTank {
  private readonly logger = new Logger('GasTank');
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly signer: OutgoingSigner,
    private readonly metrics: TankMetrics,
  ) {}

  /** Lower-case; null: there is none. */
  get address(): string | null {
    return this.keys.has(GAS.kind) ? this.keys.addressOf(GAS) : null;
  }

  /**
   * Signs a transfer of gas to an address, unless one is under way to it.
   * @param then what is committed together with it
   * @throws RpcError
   */
  async fund(
    chain: Chain,
    { to, amount, subjectId }: { to: string; amount: bigint; subjectId: string | null },
    then: (manager: EntityManager) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<Funding> {
    const means = await this.means(chain);
    if (means === null) return { state: 'refused', why: 'no_gas_tank' };
    const { address: from, nodeNonce } = means;
    const { chainId, accounts } = chain;
    const [quote, gasLimit] = await Promise.all([accounts.gasQuote(), transferGas(chain, from, to)]);
    const fees = feesFor(quote, false);
    const payload = { chainId, recipient: to, tokenAddress: null, amount, gasLimit, fees };
    const { roomy } = dataReserve(await accounts.dataFee(unsignedBytes(payload)));
    return this.dataSource.transaction(async (manager): Promise<Funding> => {
      if (await isUnderWay(manager, chainId, to)) return { state: 'under_way' };
      if (!(await this.canPay(manager, chain, means, amount + gasLimit * fees.maxFeePerGas, roomy)))
        return { state: 'refused', why: 'gas_tank_low' };
      await this.signer.sign(manager, {
        ...payload,
        purpose: 'gas',
        subjectId,
        account: GAS,
        from,
        isDrain: false,
        nodeNonce,
      });
      await then(manager);
      return { state: 'signed' };
    });
  }

  /** Null: there is no tank. @throws RpcError */
  async means({ accounts }: Pick<Chain, 'accounts'>): Promise<Means | null> {
    const { address } = this;
    if (address === null) return null;
    const [balance, nodeNonce] = await Promise.all([
      accounts.balance(address, null),
      accounts.nonce(address),
    ]);
    return { address, balance, nodeNonce };
  }

  /**
   * Whether it can pay for one more transaction; tells the operator when it cannot.
   * @param wei of the transaction
   * @param dataFee wei, what publishing it costs: those that were signed before it are taken to be alike
   */
  async canPay(
    manager: EntityManager,
    chain: Chain,
    { address, balance }: Means,
    wei: bigint,
    dataFee: bigint,
  ): Promise<boolean> {
    const promised = await promisedBy(manager, chain.chainId, address);
    if (balance - promised.wei >= wei + (promised.transactions + 1n) * dataFee) return true;
    this.tellLow(chain, balance, 'it cannot pay what is asked of it now');
    return false;
  }

  /** Looks how much is left, and tells when that is little. @throws RpcError */
  async inspect(chain: Chain): Promise<void> {
    const from = this.address;
    if (from === null) return;
    const balance = await chain.accounts.balance(from, null);
    const { gasTankMinimum } = chain.sweep;
    const isLow = gasTankMinimum !== undefined && balance < gasTankMinimum;
    this.metrics.holds(chain.name, balance, isLow);
    if (isLow) this.tellLow(chain, balance, `it is below gas_tank_minimum, ${gasTankMinimum}`);
  }

  private tellLow(chain: Chain, balance: bigint, why: string): void {
    this.metrics.isLow(chain.name);
    if (!this.complaints.isDue(chain.name, why, Date.now())) return;
    const line = { chain: chain.name, address: this.address, balance: balance.toString(), reason: why };
    this.logger.error(line, 'the gas tank is low: fill it up');
  }
}

/** An address that has delegated (EIP-7702) runs code when it is paid. @throws RpcError */
async function transferGas({ accounts }: Chain, from: string, to: string): Promise<bigint> {
  return (await accounts.hasCode(to)) ? accounts.estimateGas({ from, to, value: 1n }) : PLAIN_TRANSFER_GAS;
}

function isUnderWay(manager: EntityManager, chainId: number, to: string): Promise<boolean> {
  return manager
    .createQueryBuilder(OutgoingTransaction, 'outgoing')
    .where({ chainId, recipient: to, purpose: 'gas' })
    .andWhere(`outgoing.state IN ('signed','sent')`)
    .getExists();
}

/** What the tank has signed away and not paid yet, but for its data fees. */
async function promisedBy(
  manager: EntityManager,
  chainId: number,
  from: string,
): Promise<{ wei: bigint; transactions: bigint }> {
  const [row] = await manager.query<{ sum: string; count: string }[]>(
    `SELECT coalesce(sum(attempt.amount + attempt.gas_limit * attempt.max_fee_per_gas), 0) AS sum, count(*) AS count
     FROM outgoing_transactions outgoing
     CROSS JOIN LATERAL (
       SELECT * FROM outgoing_attempts WHERE outgoing_id = outgoing.id ORDER BY ordinal DESC LIMIT 1) attempt
     WHERE outgoing.chain_id = $1 AND outgoing.from_address = $2 AND outgoing.state IN ('signed','sent')`,
    [chainId, from],
  );
  return { wei: BigInt(row?.sum ?? 0), transactions: BigInt(row?.count ?? 0) };
}

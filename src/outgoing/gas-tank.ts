import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type GasQuote, type ReadAfter } from '../chain/accounts/chain-accounts.js';
import { type Chain } from '../chain/chain.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { ScannedChain } from '../scanner/scanned-chain.js';
import { Keys } from '../wallet/keys.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { dataReserve, expectedPrice, type Fees, feesFor } from './fees.js';
import { allowedGas, PLAIN_TRANSFER_GAS } from './gas.js';
import { isGasUnderWay, priceOfGasSent, wasGasJustSent } from './gas-sent.js';
import { OutgoingSigner } from './outgoing-signer.js';
import { holdAddress, weiPromisedBy } from './outgoing.repository.js';
import { NotSignedError } from './signing-gate.js';
import { type FeeShare } from './signing-rules.js';
import { TankMetrics } from './tank-metrics.js';
import { unsignedBytes } from './transaction-bytes.js';
import { whyTooMuchGas } from './transfer-trial.js';
import { type Address, type ChainId } from '../ids/ids.js';
import { steadyMs } from '../process/steady-time.js';

const GAS = { kind: 'gas_tank' } as const;
const COMPLAIN_EVERY_MS = 600_000;

/** What the tank has after the last block scanned, and what its next transaction goes by. */
export interface Means {
  /** Lower-case. */
  address: Address;
  /** Wei, after a block. */
  balance: bigint;
  after: number;
  nodeNonce: number;
}

/** `under_way`: gas is on its way, or was sent and has become too dear for now: it is looked at again. */
export type Funding =
  { state: 'signed' } | { state: 'under_way' } | { state: 'refused'; why: 'no_gas_tank' | 'gas_tank_low' };

/** Gas for an address. */
export interface GasRequest {
  to: Address;
  /** Wei that the address has to have in all, by a price. */
  neededAt: (quote: GasQuote) => bigint;
  /** The sweep or refund it is for. */
  subjectId: string | null;
  /** What that is to cost in all by a price, this much for the gas's own transfer included; left out: it does not matter. */
  feeAt?: (quote: GasQuote, fundingWei: bigint) => FeeShare;
}

/** Pays the gas of addresses that have none. */
@Injectable()
export class GasTank {
  private readonly logger = new Logger('GasTank');
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);

  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'sweepBumpAfterMs'>,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly scanned: ScannedChain,
    private readonly keys: Keys,
    private readonly signer: OutgoingSigner,
    private readonly metrics: TankMetrics,
  ) {}

  /** Lower-case; null: there is none. */
  get address(): Address | null {
    return this.keys.has(GAS.kind) ? this.keys.addressOf(GAS) : null;
  }

  /**
   * Signs a transfer of the gas that an address lacks, unless one is under way to it. What it has is read after the last
   * block scanned: gas that is mined and not in there is under way still, so that no node that lags has it sent twice.
   * @param together what is committed together with it, and is looked at before anything is signed
   * @throws NotSignedError, RpcError
   */
  async fund(
    chain: Chain,
    { to, neededAt, subjectId, feeAt }: GasRequest,
    together: (manager: EntityManager) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<Funding> {
    const means = await this.means(chain);
    if (means === null) return { state: 'refused', why: 'no_gas_tank' };
    const { address: from, nodeNonce } = means;
    const { chainId, accounts } = chain;
    const after = await this.scanned.last(chain);
    if (after === null) return { state: 'under_way' };
    const [has, quote, gasLimit] = await Promise.all([
      accounts.balance(to, null, after.hash),
      accounts.gasQuote(),
      fundingGas(chain, means, to),
    ]);
    // By the price that it is sent at itself, so that what the chain takes it at is enough for what it is sent for.
    const amount = neededAt(quote) - has;
    if (amount <= 0n) return { state: 'under_way' };
    const tooMuch = await whyTooMuchGas(chain, from, gasLimit);
    if (tooMuch !== null)
      throw new NotSignedError({ code: 'fee_share', reason: `gas for ${to}: ${tooMuch}` });
    const fees = feesFor(quote, false);
    const payload = { chainId, recipient: to, tokenAddress: null, amount, gasLimit, fees };
    const { roomy } = dataReserve(await accounts.dataFee(unsignedBytes(payload)));
    return this.dataSource.transaction(async (manager): Promise<Funding> => {
      // In one order everywhere: the tank, then deposit addresses. Whoever funds the same address waits here.
      await holdAddress(manager, chainId, from);
      await holdAddress(manager, chainId, to);
      if ((await this.scanned.standing(chain, after, manager)) !== 'canonical') return { state: 'under_way' };
      if (await isGasUnderWay(manager, chainId, to, after)) return { state: 'under_way' };
      if (await wasGasJustSent(manager, chainId, to, this.settings.sweepBumpAfterMs))
        return { state: 'under_way' };
      if (!(await this.canPay(manager, chain, means, amount + gasLimit * fees.maxFeePerGas, roomy)))
        return { state: 'refused', why: 'gas_tank_low' };
      await together(manager);
      await this.signer.sign(manager, {
        ...payload,
        purpose: 'gas',
        subjectId,
        account: GAS,
        from,
        isDrain: false,
        nodeNonce,
        fee: feeAt?.(quote, gasLimit * expectedPrice(quote) + roomy) ?? null,
        balance: null,
      });
      return { state: 'signed' };
    });
  }

  /** What gas that an address was just sent was mined at; null: it was sent none, or has used it. */
  priceSentAt(chainId: ChainId, to: Address): Promise<Fees | null> {
    return priceOfGasSent(this.dataSource.manager, chainId, to, this.settings.sweepBumpAfterMs);
  }

  /** Null: there is no tank. @throws RpcError */
  async means(chain: Chain): Promise<Means | null> {
    const { address } = this;
    if (address === null) return null;
    const last = await this.scanned.last(chain);
    const [balance, nodeNonce] = await Promise.all([
      chain.accounts.balance(address, null, last?.hash ?? 'latest'),
      this.signer.nodeNonce(chain, address),
    ]);
    return { address, balance, after: last?.number ?? Number.MAX_SAFE_INTEGER, nodeNonce };
  }

  /**
   * Whether it can pay for one more transaction; tells the operator when it cannot.
   * @param wei of the transaction
   * @param dataFee wei, what publishing it costs: those that were signed before it are taken to be alike
   */
  async canPay(
    manager: EntityManager,
    chain: Chain,
    { address, balance, after }: Means,
    wei: bigint,
    dataFee: bigint,
  ): Promise<boolean> {
    const promised = await weiPromisedBy(manager, chain.chainId, address, after);
    if (balance - promised.wei >= wei + (promised.transactions + 1n) * dataFee) return true;
    this.tellLow(chain, balance, 'it cannot pay what is asked of it now');
    return false;
  }

  /** Looks how much is left, and tells when that is little. @throws RpcError */
  async inspect(chain: Chain): Promise<void> {
    const from = this.address;
    if (from === null) return;
    const balance = await chain.accounts.balance(from, null, await this.readAfter(chain));
    const { gasTankMinimum } = chain.sweep;
    const isLow = gasTankMinimum !== undefined && balance < gasTankMinimum;
    this.metrics.holds(chain.name, balance, isLow);
    if (isLow) this.tellLow(chain, balance, `it is below gas_tank_minimum, ${gasTankMinimum}`);
  }

  /** Before anything was scanned, only what is newest can be asked for. */
  private async readAfter(chain: Chain): Promise<ReadAfter> {
    return (await this.scanned.last(chain))?.hash ?? 'latest';
  }

  private tellLow(chain: Chain, balance: bigint, why: string): void {
    this.metrics.isLow(chain.name);
    if (!this.complaints.isDue(chain.name, why, steadyMs())) return;
    const line = { chain: chain.name, address: this.address, balance: balance.toString(), reason: why };
    this.logger.error(line, 'the gas tank is low: fill it up');
  }
}

/**
 * An address that has delegated (EIP-7702) runs code when it is paid, one that is new to the chain may cost several times
 * as much as one that is not (EIP-8037, EIP-2780), and some rollups count publishing in. @throws RpcError
 */
async function fundingGas(
  { accounts }: Chain,
  { address: from, balance }: Means,
  to: Address,
): Promise<bigint> {
  // A tank without a wei cannot be tried, and pays for nothing either.
  if (balance === 0n) return PLAIN_TRANSFER_GAS;
  const estimate = await accounts.estimateGas({ from, to, value: 1n });
  return estimate > PLAIN_TRANSFER_GAS ? allowedGas(estimate) : PLAIN_TRANSFER_GAS;
}

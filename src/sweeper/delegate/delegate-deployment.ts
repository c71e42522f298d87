import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { getAddress, getCreateAddress } from 'ethers';
import { DataSource, Not } from 'typeorm';
import { type Receipt } from '../../chain/accounts/chain-accounts.js';
import { ChainService } from '../../chain/chain.service.js';
import { type ChainConfig } from '../../config/chains.js';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { Broadcasts } from '../../outgoing/broadcasts.js';
import { creationCode } from '../../outgoing/delegate/sweep-delegate.js';
import { dataReserve, feesFor } from '../../outgoing/fees.js';
import { GasTank, type Means } from '../../outgoing/gas-tank.js';
import { OutgoingSigner } from '../../outgoing/outgoing-signer.js';
import { OutgoingTransaction } from '../../outgoing/outgoing-transaction.entity.js';
import { OPEN, OutgoingRepository } from '../../outgoing/outgoing.repository.js';
import { receiptOf } from '../../outgoing/receipt-of.js';
import { type Payload, unsignedBytes } from '../../outgoing/transaction-bytes.js';
import { DelegateCheck } from './delegate-check.js';
import { dearGas } from '../planning/obstacles.js';
import { sweepingOf } from '../planning/sweeping.js';
import { SweepsRepository } from '../sweeps.repository.js';

const ASK_EVERY_MS = 500;
/** In per cent: what happens before it may change its gas a little. */
const MARGIN_PERCENT = 10n;

/** The contract that a chain's deposit addresses may delegate to. Addresses with their checksum. */
export interface DeployedDelegate {
  chain: string;
  delegate: string;
  treasury: string;
  gas_tank: string;
  tx_hash: string;
}

/** Nothing was signed, and why. */
export class DeploymentRefusedError extends Error {}

/** It is signed and committed; whoever sweeps the chain sends it again and follows it. */
export class DeploymentNotMinedError extends Error {
  readonly retryable = true;
}

/** Makes that contract, as a transaction of the gas tank like any other. */
@Injectable()
export class DelegateDeployment {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly chains: ChainService,
    private readonly sweeps: SweepsRepository,
    private readonly outgoing: OutgoingRepository,
    private readonly tank: GasTank,
    private readonly signer: OutgoingSigner,
    private readonly broadcasts: Broadcasts,
    private readonly delegates: DelegateCheck,
  ) {}

  /**
   * Again gives the one that is there, or waits for the one that is on its way.
   * @throws DeploymentRefusedError, DeploymentNotMinedError, RpcError
   */
  async deploy(chain: ChainConfig, timeoutMs: number): Promise<DeployedDelegate> {
    await this.requireReady(chain);
    const treasury = this.treasuryOf(chain);
    const means = await this.tank.means(chain);
    if (means === null)
      throw new DeploymentRefusedError('GAS_TANK_PRIVATE_KEY is not set: the gas tank pays for it');
    const deadline = Date.now() + timeoutMs;
    const known = (await this.earlier(chain, means, deadline)) ?? (await this.sign(chain, means, treasury));
    const { txHash } = await this.mined(chain, known, deadline);
    if (!(await this.delegates.isOurs(chain, known.recipient))) {
      throw new DeploymentRefusedError(
        `what stands at ${getAddress(known.recipient)} now is not what was made`,
      );
    }
    return {
      chain: chain.name,
      delegate: getAddress(known.recipient),
      treasury: getAddress(treasury),
      gas_tank: getAddress(means.address),
      tx_hash: txHash,
    };
  }

  private async requireReady({ name }: ChainConfig): Promise<void> {
    const status = await this.chains.check(name);
    if (status.state === 'ready') return;
    const why = 'reasons' in status ? status.reasons.join('; ') : 'no endpoint answers';
    throw new DeploymentRefusedError(`chain ${name} cannot be used now: ${why}`);
  }

  private treasuryOf(chain: ChainConfig): string {
    const sweeping = sweepingOf(chain, this.settings);
    if ('off' in sweeping) throw new DeploymentRefusedError(sweeping.off);
    return sweeping.treasury;
  }

  /** What was made for these parties before, or is being made. Null: nothing. */
  private async earlier(
    chain: ChainConfig,
    { address: from }: Means,
    deadline: number,
  ): Promise<OutgoingTransaction | null> {
    const rows = await this.dataSource.manager.find(OutgoingTransaction, {
      where: { chainId: chain.chainId, from, purpose: 'deploy', state: Not('failed') },
      order: { id: 'DESC' },
    });
    for (const row of rows) {
      await this.mined(chain, row, deadline);
      if (await this.delegates.isOurs(chain, row.recipient)) return row;
    }
    return null;
  }

  private async sign(chain: ChainConfig, means: Means, treasury: string): Promise<OutgoingTransaction> {
    const { isPaused } = await this.sweeps.control();
    if (isPaused)
      throw new DeploymentRefusedError('sweeping is paused: nothing is signed until it is resumed');
    const { name, chainId } = chain;
    const accounts = this.chains.accounts(name);
    const quote = await accounts.gasQuote();
    const dear = dearGas(chain, quote);
    if (dear !== null) throw new DeploymentRefusedError(dear.reason);
    const { address: from, nodeNonce } = means;
    const data = creationCode({ treasury, operator: from });
    const gas = await accounts.estimateGas({ from, to: null, data });
    const gasLimit = (gas * (100n + MARGIN_PERCENT)) / 100n;
    const fees = feesFor(quote, false);
    const payload = (recipient: string): Payload => ({
      chainId,
      recipient,
      tokenAddress: null,
      amount: 0n,
      gasLimit,
      fees,
      call: { to: null, data, authorizations: [] },
    });
    const { roomy } = dataReserve(await accounts.dataFee(unsignedBytes(payload(from))));
    await this.requireDelegations(chain, treasury, from);
    return this.dataSource.transaction(async (manager) => {
      const nonce = await this.signer.nextNonce(manager, { chainId, from, nodeNonce });
      // Whoever was asked the same a moment ago has signed one meanwhile.
      const open = await manager.findOneBy(OutgoingTransaction, {
        chainId,
        from,
        purpose: 'deploy',
        state: OPEN,
      });
      if (open !== null) return open;
      if (!(await this.tank.canPay(manager, chain, means, gasLimit * fees.maxFeePerGas, roomy))) {
        throw new DeploymentRefusedError(
          `the gas tank ${getAddress(from)} has ${means.balance} wei and cannot pay for it: fill it up`,
        );
      }
      return this.signer.sign(manager, {
        ...payload(getCreateAddress({ from, nonce }).toLowerCase()),
        purpose: 'deploy',
        subjectId: null,
        account: { kind: 'gas_tank' },
        from,
        isDrain: false,
        nodeNonce,
      });
    });
  }

  /** Before gas is spent on what would be of no use. */
  private async requireDelegations(chain: ChainConfig, treasury: string, operator: string): Promise<void> {
    if (await this.delegates.wouldHaveDelegations(chain, { treasury, operator })) return;
    throw new DeploymentRefusedError(
      `no endpoint of ${chain.name} shows that the chain takes transactions of type 4 (EIP-7702): leave sweep.path at prefund`,
    );
  }

  /** @throws DeploymentNotMinedError */
  private async mined(chain: ChainConfig, row: OutgoingTransaction, deadline: number): Promise<Receipt> {
    const accounts = this.chains.accounts(chain.name);
    for (;;) {
      const outgoing = await this.dataSource.manager.findOneByOrFail(OutgoingTransaction, { id: row.id });
      const attempts = await this.outgoing.attemptsOf([outgoing]);
      const receipt = await receiptOf(accounts, attempts);
      if (receipt !== null) return receipt;
      if (Date.now() > deadline) {
        throw new DeploymentNotMinedError(
          `it is signed as ${attempts.at(-1)?.txHash} and not mined yet: the sweeping process follows it; run this again to see it`,
        );
      }
      await this.broadcasts.unlessRecent(chain, { outgoing, attempts, parts: [] });
      await delay(ASK_EVERY_MS);
    }
  }
}

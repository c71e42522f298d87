import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { getAddress } from 'ethers';
import { type Receipt } from '../../chain/accounts/chain-accounts.js';
import { type Chain } from '../../chain/chain.js';
import { ChainService } from '../../chain/chain.service.js';
import { type ChainConfig } from '../../config/chains.js';
import { Broadcasts } from '../../outgoing/broadcasts.js';
import { GasTank, type Means } from '../../outgoing/gas-tank.js';
import { OutgoingTransaction } from '../../outgoing/outgoing-transaction.entity.js';
import { OutgoingRepository } from '../../outgoing/outgoing.repository.js';
import { receiptOf } from '../../outgoing/receipt-of.js';
import { DelegateCheck } from './delegate-check.js';
import { DeploymentRefusedError, DeploymentSigning } from './deployment-signing.js';
import { steadyMs } from '../../process/steady-time.js';

const ASK_EVERY_MS = 500;

/** The contract that a chain's deposit addresses may delegate to. Addresses with their checksum. */
export interface DeployedDelegate {
  chain: string;
  delegate: string;
  treasury: string;
  gas_tank: string;
  tx_hash: string;
}

/** It is signed and committed; whoever sweeps the chain sends it again and follows it. */
export class DeploymentNotMinedError extends Error {
  readonly retryable = true;
}

/** Makes that contract, as a transaction of the gas tank like any other. */
@Injectable()
export class DelegateDeployment {
  constructor(
    private readonly chains: ChainService,
    private readonly outgoing: OutgoingRepository,
    private readonly tank: GasTank,
    private readonly broadcasts: Broadcasts,
    private readonly delegates: DelegateCheck,
    private readonly signing: DeploymentSigning,
  ) {}

  /**
   * Again gives the one that is there, or waits for the one that is on its way.
   * @throws DeploymentRefusedError, DeploymentNotMinedError, RpcError
   */
  async deploy(config: ChainConfig, timeoutMs: number): Promise<DeployedDelegate> {
    await this.requireReady(config);
    const chain = this.chains.of(config);
    const treasury = this.signing.treasuryOf(chain);
    const means = await this.tank.means(chain);
    if (means === null)
      throw new DeploymentRefusedError('GAS_TANK_PRIVATE_KEY is not set: the gas tank pays for it');
    const deadline = steadyMs() + timeoutMs;
    const known =
      (await this.earlier(chain, means, deadline)) ?? (await this.signing.sign(chain, means, treasury));
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

  /** What was made for these parties before, or is being made. Null: nothing. */
  private async earlier(
    chain: Chain,
    { address: from }: Means,
    deadline: number,
  ): Promise<OutgoingTransaction | null> {
    for (const row of await this.outgoing.deployments(chain.chainId, from)) {
      await this.mined(chain, row, deadline);
      if (await this.delegates.isOurs(chain, row.recipient)) return row;
    }
    return null;
  }

  /** @throws DeploymentNotMinedError */
  private async mined(chain: Chain, row: OutgoingTransaction, deadline: number): Promise<Receipt> {
    for (;;) {
      const outgoing = await this.outgoing.get(row.id);
      const attempts = await this.outgoing.attemptsOf([outgoing]);
      const receipt = await receiptOf(chain.accounts, attempts);
      if (receipt !== null) return receipt;
      if (steadyMs() > deadline) {
        throw new DeploymentNotMinedError(
          `it is signed as ${attempts.at(-1)?.txHash} and not mined yet: the sweeping process follows it; run this again to see it`,
        );
      }
      await this.broadcasts.unlessRecent(chain, { outgoing, attempts, parts: [] });
      await delay(ASK_EVERY_MS);
    }
  }
}

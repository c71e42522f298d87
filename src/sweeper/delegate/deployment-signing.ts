import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { getAddress, getCreateAddress } from 'ethers';
import { DataSource } from 'typeorm';
import { type Chain } from '../../chain/chain.js';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { creationCode } from '../../outgoing/delegate/sweep-delegate.js';
import { dataReserve, feesFor } from '../../outgoing/fees.js';
import { allowedGas, mostBatchGas } from '../../outgoing/gas.js';
import { GasTank, type Means } from '../../outgoing/gas-tank.js';
import { OutgoingSigner } from '../../outgoing/outgoing-signer.js';
import { OutgoingTransaction } from '../../outgoing/outgoing-transaction.entity.js';
import { OPEN } from '../../outgoing/outgoing.repository.js';
import { NotSignedError } from '../../outgoing/signing-gate.js';
import { SigningPauses } from '../../outgoing/signing-pauses.js';
import { gasNotDear, notPaused } from '../../outgoing/signing-rules.js';
import { type Payload, unsignedBytes } from '../../outgoing/transaction-bytes.js';
import { sweepingOf } from '../../config/sweeping.js';
import { DelegateCheck } from './delegate-check.js';
import { type Address, toAddress } from '../../ids/ids.js';

/** Nothing was signed, and why. */
export class DeploymentRefusedError extends Error {}

/** Signs what makes the contract. */
@Injectable()
export class DeploymentSigning {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly pauses: SigningPauses,
    private readonly tank: GasTank,
    private readonly signer: OutgoingSigner,
    private readonly delegates: DelegateCheck,
  ) {}

  /** @throws DeploymentRefusedError */
  treasuryOf(chain: Chain): Address {
    const sweeping = sweepingOf(chain, this.settings);
    if ('off' in sweeping) throw new DeploymentRefusedError(sweeping.off);
    return sweeping.treasury;
  }

  /** Unless one was signed a moment ago. @throws DeploymentRefusedError, RpcError */
  async sign(chain: Chain, means: Means, treasury: Address): Promise<OutgoingTransaction> {
    const { chainId, accounts } = chain;
    const quote = await accounts.gasQuote();
    const { address: from, nodeNonce } = means;
    const data = creationCode({ treasury, operator: from });
    const gasLimit = allowedGas(await accounts.estimateGas({ from, to: null, data }));
    const mostGas = mostBatchGas(await accounts.blockGas());
    if (gasLimit > mostGas)
      throw new DeploymentRefusedError(
        `it would take ${gasLimit} gas, and a transaction may take ${mostGas}`,
      );
    const fees = feesFor(quote, false);
    const pause = await this.pauses.current();
    const broken = notPaused({ pause }) ?? gasNotDear({ fees, maxGasPrice: chain.sweep.maxGasPrice });
    if (broken !== null) throw new DeploymentRefusedError(broken.reason);
    const payload = (recipient: Address): Payload => ({
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
    const made = this.dataSource.transaction(async (manager) => {
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
        ...payload(toAddress(getCreateAddress({ from, nonce }))),
        purpose: 'deploy',
        subjectId: null,
        account: { kind: 'gas_tank' },
        from,
        isDrain: false,
        nodeNonce,
        fee: null,
        balance: null,
      });
    });
    return made.catch((error: unknown) => {
      throw error instanceof NotSignedError ? new DeploymentRefusedError(error.message) : error;
    });
  }

  /** Before gas is spent on what would be of no use. */
  private async requireDelegations(chain: Chain, treasury: Address, operator: Address): Promise<void> {
    if (await this.delegates.wouldHaveDelegations(chain, { treasury, operator })) return;
    throw new DeploymentRefusedError(
      `no endpoint of ${chain.name} shows that the chain takes transactions of type 4 (EIP-7702): leave sweep.path at prefund`,
    );
  }
}

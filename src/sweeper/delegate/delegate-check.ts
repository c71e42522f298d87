import { Inject, Injectable, Logger } from '@nestjs/common';
import { getAddress } from 'ethers';
import { CallRevertedError } from '../../chain/accounts/chain-accounts.js';
import { RpcError } from '../../chain/rpc/rpc-endpoint.js';
import { type Chain } from '../../chain/chain.js';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import {
  type DelegateParties,
  deployedCode,
  TREASURY_CALL,
  treasuryAnswer,
} from '../../outgoing/delegate/sweep-delegate.js';
import { HealthIndicators } from '../../health/health-indicators.js';
import { GasTank } from '../../outgoing/gas-tank.js';
import { RepeatedMessage } from '../../process/repeated-message.js';
import { nobodysDelegation } from '../../wallet/keys.js';
import { type Obstacle } from '../planning/decide.js';
import { sweepingOf } from '../../config/sweeping.js';
import { type Address, toAddress } from '../../ids/ids.js';
import { steadyMs } from '../../process/steady-time.js';

const COMPLAIN_EVERY_MS = 600_000;
/** No contract stands there. */
const NOWHERE = toAddress('0x1f2e3d4c5b6a798897a6b5c4d3e2f10112233445');

/** Tokens of the chain stay where they are, and why. */
export class DelegateUnusableError extends Error {}

/** What has to be there for tokens to go in batches: nothing is delegated to a contract that is not exactly ours. */
@Injectable()
export class DelegateCheck {
  private readonly logger = new Logger('Sweeper');
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  /** Chains that have shown that they have EIP-7702: they do not lose it. */
  private readonly shown = new Set<number>();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly tank: GasTank,
    private readonly indicators: HealthIndicators,
  ) {}

  /** What is wrong with it is logged now, and stands in the health of the process from then on. */
  watch(chain: Chain): void {
    const check = () => this.requireUsable(chain);
    this.indicators.add({ name: `sweep_delegate_${chain.name}`, isEssential: false, check });
    check().catch((error: Error) => {
      if (error instanceof DelegateUnusableError) return;
      this.logger.warn(
        { chain: chain.name, reason: error.message },
        'sweep.delegate could not be checked yet',
      );
    });
  }

  /** What keeps tokens of a chain with `path: eip7702` where they are; null: nothing. @throws RpcError */
  async obstacle(chain: Chain): Promise<Obstacle | null> {
    const { batches } = chain.sweep;
    if (batches === undefined) return null;
    const reason = await this.flaw(chain, batches.delegate);
    if (reason === null) return null;
    this.tell(chain, reason);
    return { code: this.tank.address === null ? 'no_gas_tank' : 'no_delegate', reason };
  }

  /** @throws DelegateUnusableError, RpcError */
  async requireUsable(chain: Chain): Promise<void> {
    const found = await this.obstacle(chain);
    if (found !== null) throw new DelegateUnusableError(found.reason);
  }

  /** Whether the contract at an address is ours, and pays the treasury of the chain. @throws RpcError */
  async isOurs(chain: Chain, delegate: Address): Promise<boolean> {
    const { address: operator } = this.tank;
    const sweeping = sweepingOf(chain, this.settings);
    if (operator === null || 'off' in sweeping) return false;
    const code = await chain.accounts.code(delegate, 'latest');
    return code === deployedCode(delegate, { treasury: sweeping.treasury, operator });
  }

  /** Whether a chain would take delegations to a contract that is not there yet. @throws RpcError */
  wouldHaveDelegations(chain: Chain, parties: DelegateParties): Promise<boolean> {
    const { treasury } = parties;
    const code = deployedCode(NOWHERE, parties);
    return this.hasDelegations(chain, { delegate: NOWHERE, treasury }, { [NOWHERE]: code });
  }

  private async flaw(chain: Chain, delegate: Address): Promise<string | null> {
    const { name } = chain;
    const sweeping = sweepingOf(chain, this.settings);
    if ('off' in sweeping) return sweeping.off;
    if (this.tank.address === null) {
      return `sweep.path of ${name} is eip7702, by which the gas tank sends: GAS_TANK_PRIVATE_KEY is not set`;
    }
    if (!(await this.isOurs(chain, delegate))) {
      return (
        `sweep.delegate of ${name}, ${getAddress(delegate)}, is not the contract that pays ${getAddress(sweeping.treasury)} ` +
        `when the gas tank ${getAddress(this.tank.address)} asks it to: nothing is delegated to it, and tokens stay where ` +
        `they are. Make one by \`quittance sweep deploy-delegate --chain ${name}\`, or set sweep.path to prefund`
      );
    }
    if (this.shown.has(chain.chainId)) return null;
    if (await this.hasDelegations(chain, { delegate, treasury: sweeping.treasury })) {
      this.shown.add(chain.chainId);
      return null;
    }
    return (
      `no endpoint of ${name} shows that the chain takes transactions of type 4 (EIP-7702), which sweep.path: eip7702 ` +
      'needs: tokens stay where they are. Set sweep.path to prefund'
    );
  }

  /** Tried on the node, with a delegation of an address that nobody has: only where it takes effect is there an answer. */
  private async hasDelegations(
    chain: Chain,
    { delegate, treasury }: { delegate: Address; treasury: Address },
    codes?: Record<string, string>,
  ): Promise<boolean> {
    const { accounts } = chain;
    if ((await accounts.gasQuote()).baseFee === null) return false;
    const { address, authorization } = nobodysDelegation({ chainId: chain.chainId, delegate });
    const call = {
      from: this.tank.address as Address,
      to: address,
      data: TREASURY_CALL,
      authorizations: [authorization],
    };
    try {
      return (await accounts.call(call, { codes })).toLowerCase() === treasuryAnswer(treasury);
    } catch (error) {
      if (isAnswer(error)) return false;
      throw error;
    }
  }

  private tell({ name: chain }: Chain, reason: string): void {
    if (!this.complaints.isDue(chain, reason, steadyMs())) return;
    this.logger.error({ chain, reason }, 'tokens are not swept');
  }
}

/** Nodes that do not know delegations refuse the call, in words of their own; those in trouble answer nothing. */
function isAnswer(error: unknown): boolean {
  if (error instanceof CallRevertedError) return true;
  if (!(error instanceof RpcError)) return false;
  return (
    ['fatal', 'parameters', 'reverted'].includes(error.failure.kind) ||
    /7702|authorization/i.test(error.message)
  );
}

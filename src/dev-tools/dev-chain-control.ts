import { Inject, Injectable } from '@nestjs/common';
import { Interface } from 'ethers';
import { callRpc } from '../chain/dev-chain/anvil.js';
import { type DevChainAccess } from '../config/read-configuration.js';
import { type Address, type TokenAddress } from '../ids/ids.js';

/** Inject with `@Inject(DEV_CHAIN) chain: DevChainAccess`. There only where a dev chain of ours runs. */
export const DEV_CHAIN = Symbol('DEV_CHAIN');

const erc20 = new Interface(['function transfer(address,uint256)']);

export interface ChainHead {
  number: number;
  time: Date;
}

/** What a developer does to the dev chain: mine, move its clock, take blocks back, give money. */
@Injectable()
export class DevChainControl {
  constructor(@Inject(DEV_CHAIN) private readonly chain: DevChainAccess) {}

  async head(): Promise<ChainHead> {
    const block = await this.rpc<{ number: string; timestamp: string }>('eth_getBlockByNumber', [
      'latest',
      false,
    ]);
    return { number: Number(block.number), time: new Date(Number(block.timestamp) * 1_000) };
  }

  async mine(blocks: number): Promise<ChainHead> {
    for (let mined = 0; mined < blocks; mined++) await this.rpc('evm_mine');
    return this.head();
  }

  /** Blocks have later times from now on: what waits for time to pass by the chain's clock need not wait. */
  async forward(seconds: number): Promise<ChainHead> {
    await this.rpc('evm_increaseTime', [seconds]);
    return this.mine(1);
  }

  /** Puts empty blocks in place of the last ones, and one more: what was in them is gone, as if it was never sent. */
  async reorg(depth: number): Promise<ChainHead> {
    await this.rpc('anvil_reorg', [depth, []]);
    await this.rpc('anvil_dropAllTransactions');
    return this.mine(1);
  }

  /**
   * Sends from the account that has plenty of everything; it is mined within a second.
   * @param amount base units
   * @returns the transaction's hash
   */
  send(to: Address, amount: bigint, token: TokenAddress | null): Promise<string> {
    const from = this.chain.payer;
    const call =
      token === null
        ? { from, to, value: `0x${amount.toString(16)}` }
        : { from, to: token, data: erc20.encodeFunctionData('transfer', [to, amount]) };
    return this.rpc('eth_sendTransaction', [call]);
  }

  private rpc<T>(method: string, params: unknown[] = []): Promise<T> {
    return callRpc<T>(this.chain.rpcUrl, method, params);
  }
}

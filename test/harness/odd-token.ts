import { join } from 'node:path';
import { Interface } from 'ethers';
import { compile } from '../contracts/compile.js';
import { type TestChain } from './test-chain.js';
import { type TokenAddress, toTokenAddress } from '../../src/ids/ids.js';

const { bytecode } = compile(join(import.meta.dirname, '../contracts/OddToken.sol'));
const abi = new Interface([
  'function behave(uint8)',
  'function blacklist(address,bool)',
  'function mint(address,uint256)',
  'function claim(address,uint256,uint256)',
  'function setDecimals(uint8)',
]);
const WAYS = [
  'normal',
  'returns_false',
  'returns_nothing',
  'takes_fee',
  'paused',
  'moves_nothing',
  'burns_gas',
  'hides_balances',
  'claims_balances',
  'reverts_with_nul',
  'claims_some',
] as const;
const PLENTY = 10n ** 30n;

/** A token that does what some tokens do to those who trust them. */
export class OddToken {
  private constructor(
    private readonly chain: TestChain,
    readonly address: TokenAddress,
  ) {}

  /** Mines two blocks; the payer has plenty of it. */
  static async deploy(chain: TestChain): Promise<OddToken> {
    const token = new OddToken(chain, toTokenAddress(await chain.deploy(bytecode)));
    await token.call('mint', [chain.payer, PLENTY]);
    await chain.mine();
    return token;
  }

  /** As chains.yaml has it. */
  get config() {
    return { symbol: 'ODD', address: this.address, decimals: 6, enabled: true };
  }

  /** In the next block. */
  behave(way: (typeof WAYS)[number]): Promise<string> {
    return this.call('behave', [WAYS.indexOf(way)]);
  }

  /** The same, for a block that is made by `TestChain.reorg`. */
  behaving(way: (typeof WAYS)[number]): Record<string, string> {
    return this.callOf('behave', [WAYS.indexOf(way)]);
  }

  /** In the next block. */
  blacklist(account: string, is = true): Promise<string> {
    return this.call('blacklist', [account, is]);
  }

  /** Tells of transfers that move nothing, in the next block. */
  claim(to: string, amount: bigint, times: number): Promise<string> {
    return this.call('claim', [to, amount, times]);
  }

  /** In the next block. */
  setDecimals(decimals: number): Promise<string> {
    return this.call('setDecimals', [decimals]);
  }

  /** The same, for a block that is made by `TestChain.reorg`. */
  blacklisting(account: string): Record<string, string> {
    return this.callOf('blacklist', [account, true]);
  }

  private call(name: string, args: unknown[]): Promise<string> {
    return this.chain.rpc('eth_sendTransaction', [this.callOf(name, args)]);
  }

  private callOf(name: string, args: unknown[]): Record<string, string> {
    return { from: this.chain.payer, to: this.address, data: abi.encodeFunctionData(name, args) };
  }
}

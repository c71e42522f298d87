import { join } from 'node:path';
import { Interface } from 'ethers';
import { compile } from '../contracts/compile.js';
import { type TestChain } from './test-chain.js';

const { bytecode } = compile(join(import.meta.dirname, '../contracts/Payer.sol'));
const abi = new Interface([
  'function pay(address,uint256) payable',
  'function payTwice(address,uint256,uint256) payable',
  'function payAndUndo(address,uint256) payable',
  'function end(address) payable',
]);

type Way = 'pay' | 'payTwice' | 'payAndUndo' | 'end';

/** A contract that sends value on to others, as smart wallets and payouts in batches do. */
export class PayerContract {
  private constructor(
    private readonly chain: TestChain,
    readonly address: string,
  ) {}

  /** Mines a block. */
  static async deploy(chain: TestChain): Promise<PayerContract> {
    return new PayerContract(chain, await chain.deploy(bytecode));
  }

  /** The transaction waits until a block is mined. Wei. @returns its hash */
  call(way: Way, to: string, ...amounts: bigint[]): Promise<string> {
    return this.chain.rpc('eth_sendTransaction', [this.transaction(way, to, ...amounts)]);
  }

  /** What a call of the contract moves to others, by its input alone: the test's own reading of the contract. */
  static transfersOf(input: string): { to: string; amount: bigint; ordinal: number }[] {
    const call = abi.parseTransaction({ data: input });
    if (call?.name !== 'pay' && call?.name !== 'payTwice') return [];
    const [to, ...amounts] = call.args.toArray() as [string, ...bigint[]];
    // The first of two goes through the contract itself once more.
    const before = call.name === 'payTwice' && amounts[0] !== 0n ? 1 : 0;
    return amounts
      .filter((amount) => amount > 0n)
      .map((amount, index) => ({ to: to.toLowerCase(), amount, ordinal: index + before }));
  }

  /** `end` sends what comes along, the others what they name. */
  transaction(way: Way, to: string, ...amounts: bigint[]): Record<string, unknown> {
    const value = amounts.reduce((sum, amount) => sum + amount, 0n);
    const data = abi.encodeFunctionData(way, way === 'end' ? [to] : [to, ...amounts]);
    const { payer } = this.chain;
    return { from: payer, to: this.address, data, value: `0x${value.toString(16)}`, gas: '0x493e0' };
  }
}

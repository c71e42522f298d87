import { Interface, Transaction } from 'ethers';
import { middle } from './gas-quote.js';
import { isRevert } from './reverted-call.js';
import { RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { steadyMs } from '../../process/steady-time.js';

/** Where the OP stack has its GasPriceOracle; no other chain has code there (https://specs.optimism.io, predeploys). */
const ORACLE = '0x420000000000000000000000000000000000000F';
const oracle = new Interface([
  'function getL1Fee(bytes) view returns (uint256)',
  'function getOperatorFee(uint256) view returns (uint256)',
]);

/** For so long it is remembered whether a chain charges: a node may have been wrong, and a chain may begin to. */
const CHARGED_MS = 60 * 60_000;
const NOT_CHARGED_MS = 60_000;

/**
 * What the OP stack takes besides gas: the L1 data fee, for publishing a transaction on the chain below, and since
 * Isthmus the operator's fee, by the gas it uses.
 */
export class DataFees {
  private known: { isCharged: boolean; untilMs: number } | null = null;

  /** @param now ms of any clock */
  constructor(
    private readonly rpc: Pick<RpcPool, 'fromEveryEndpoint'>,
    private readonly now: () => number = steadyMs,
  ) {}

  /**
   * @param unsigned the transaction's bytes without a signature (the oracle allows for one), 0x-hex
   * @returns wei, by what the chain below costs now, if it uses all the gas it allows: so much an account must have to
   * send it; 0 where none is charged
   * @throws RpcError
   */
  async of(unsigned: string): Promise<bigint> {
    if (!(await this.charged())) return 0n;
    const [dataFee, operatorFee] = await Promise.all([
      this.ask('getL1Fee', unsigned),
      this.operatorFee(Transaction.from(unsigned).gasLimit),
    ]);
    return dataFee + operatorFee;
  }

  /** An oracle from before Isthmus does not know it. */
  private async operatorFee(gas: bigint): Promise<bigint> {
    try {
      return await this.ask('getOperatorFee', gas);
    } catch (error) {
      if (error instanceof RpcError && isRevert(error)) return 0n;
      throw error;
    }
  }

  /**
   * What is no fee is the node's fault, as if it were behind. No single endpoint decides what the tank sends for it: of what
   * all say the middle is taken, of two the lower.
   */
  private async ask(name: string, argument: string | bigint): Promise<bigint> {
    const data = oracle.encodeFunctionData(name, [argument]);
    const fees = await this.rpc.fromEveryEndpoint(async (rpc) => {
      const answer = await rpc.call('eth_call', [{ to: ORACLE, data }, 'latest']);
      const [fee] = oracle.decodeFunctionResult(name, answer).toArray() as [bigint];
      return fee;
    }, 'eth_call');
    return middle(fees);
  }

  /** That there is no oracle is asked of every endpoint. */
  private async charged(): Promise<boolean> {
    if (this.known && this.now() < this.known.untilMs) return this.known.isCharged;
    const method = 'eth_getCode';
    const codes = await this.rpc.fromEveryEndpoint((rpc) => rpc.call(method, [ORACLE, 'latest']), method);
    const isCharged = codes.some((code) => code !== '0x');
    this.known = { isCharged, untilMs: this.now() + (isCharged ? CHARGED_MS : NOT_CHARGED_MS) };
    return isCharged;
  }
}

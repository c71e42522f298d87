import { Interface, Transaction } from 'ethers';
import { middle } from './gas-quote.js';
import { isRevert } from './reverted-call.js';
import { RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { steadyMs } from '../../process/steady-time.js';

const SCROLL = '0x5300000000000000000000000000000000000002';
/**
 * Where chains have an oracle of what they take besides gas: the OP stack its GasPriceOracle
 * (https://specs.optimism.io, predeploys), Scroll its L1GasPriceOracle (https://docs.scroll.io, contracts). No other
 * chain has code there.
 */
const ORACLES: readonly string[] = ['0x420000000000000000000000000000000000000F', SCROLL];
/**
 * Scroll's oracle is asked for the signed bytes (github.com/scroll-tech/scroll-contracts, IL1GasPriceOracle.sol), and goes by
 * how many they are: as long as a signature at its longest, and what a longer list is told by.
 */
const SIGNATURE = 'ff'.repeat(72);
const oracle = new Interface([
  'function getL1Fee(bytes) view returns (uint256)',
  'function getOperatorFee(uint256) view returns (uint256)',
]);

/** For so long it is remembered whether a chain charges: a node may have been wrong, and a chain may begin to. */
const CHARGED_MS = 60 * 60_000;
const NOT_CHARGED_MS = 60_000;

/**
 * What the OP stack and Scroll take besides gas: the L1 data fee, for publishing a transaction on the chain below, and
 * on the OP stack since Isthmus the operator's fee, by the gas it uses.
 */
export class DataFees {
  private known: { oracles: readonly string[]; untilMs: number } | null = null;

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
    const fees = (await this.oracles()).map(async (address) => {
      const [dataFee, operatorFee] = await Promise.all([
        this.ask(address, 'getL1Fee', address === SCROLL ? unsigned + SIGNATURE : unsigned),
        // Scroll's does not know it, nor one from before Isthmus.
        this.ask(address, 'getOperatorFee', Transaction.from(unsigned).gasLimit),
      ]);
      return dataFee + operatorFee;
    });
    return (await Promise.all(fees)).reduce((sum, fee) => sum + fee, 0n);
  }

  /**
   * What a contract answers is its own, and no fault of the endpoint: where there is none at that address, or one that
   * knows no fee, none is charged. No single endpoint decides what the tank sends for it: of what all say the middle is
   * taken, of two the lower.
   */
  private async ask(to: string, name: string, argument: string | bigint): Promise<bigint> {
    const data = oracle.encodeFunctionData(name, [argument]);
    const fees = await this.rpc.fromEveryEndpoint(async (rpc) => {
      try {
        return feeIn(await rpc.call('eth_call', [{ to, data }, 'latest']));
      } catch (error) {
        if (error instanceof RpcError && isRevert(error)) return 0n;
        throw error;
      }
    }, 'eth_call');
    return middle(fees);
  }

  /** That there is none is asked of every endpoint. */
  private async oracles(): Promise<readonly string[]> {
    if (this.known && this.now() < this.known.untilMs) return this.known.oracles;
    const method = 'eth_getCode';
    const areThere = await this.rpc.fromEveryEndpoint(
      (rpc) => Promise.all(ORACLES.map(async (one) => (await rpc.call(method, [one, 'latest'])) !== '0x')),
      method,
    );
    const oracles = ORACLES.filter((_oracle, index) => areThere.some((there) => there[index]));
    this.known = { oracles, untilMs: this.now() + (oracles.length > 0 ? CHARGED_MS : NOT_CHARGED_MS) };
    return oracles;
  }
}

/** @throws RpcError where it is neither words, as contracts answer, nor nothing: another endpoint may say more */
function feeIn(answer: string): bigint {
  if (answer === '0x') return 0n;
  if (/^0x([0-9a-f]{64})+$/i.test(answer)) return BigInt(answer.slice(0, 66));
  throw new RpcError('the node', 'eth_call', 'what it returns is no fee', { kind: 'transient' });
}

import { Interface, toQuantity } from 'ethers';
import { JsonRpcError, type RunningAnvil, startAnvil as startNode } from '../../src/chain/dev-chain/anvil.js';
import { type ChainConfig } from '../../src/config/chains.js';
import artifact from '../../src/chain/dev-chain/test-token.json' with { type: 'json' };
import { wakeApps } from './awake.js';
import { endWithUs } from './end-with-us.js';
import { postJson } from './http-client.js';
import { forgetGate, mineBetweenReads } from './mining-gate.js';
import { type Address, toAddress, toChainId, type TokenAddress, toTokenAddress } from '../../src/ids/ids.js';

const erc20 = new Interface([
  'function mint(address,uint256)',
  'function transfer(address,uint256)',
  'function transferBatch(address[],uint256[])',
]);

/** A block's transactions as `anvil_reorg` takes them: a call or a signed transaction, and how many blocks above the ancestor it goes. */
type ReorgTransaction = [Record<string, unknown> | string, number];

interface RpcAnswer<T> {
  result: T;
  error?: { code: number; message: string };
}

/** A real EVM node that mines when it is told to. */
export class TestChain {
  /** By the machine's clock, whatever a test makes of the time; 0: there was none. */
  lastReorgAtMs = 0;

  private constructor(
    private readonly anvil: RunningAnvil,
    private readonly callOff: () => void,
    readonly config: ChainConfig,
    /** A funded account that pays. */
    readonly payer: Address,
    readonly token: TokenAddress,
  ) {}

  /**
   * @param args of the node, besides
   * @param isLegacy a chain from before EIP-1559
   */
  static async start(
    overrides: Partial<ChainConfig> = {},
    args: readonly string[] = [],
    isLegacy = false,
  ): Promise<TestChain> {
    const chainId = overrides.chainId ?? toChainId(31_337);
    const all = ['--no-mining', '--chain-id', String(chainId), ...args];
    const anvil = await (isLegacy ? startLegacy(all) : startAnvil(all));
    const callOff = endWithUs(anvil.pid, 'KILL');
    const [account] = await anvil.rpc<[string]>('eth_accounts');
    const payer = toAddress(account);
    const token = await deployToken(anvil, payer);
    const config: ChainConfig = {
      name: 'testchain',
      chainId,
      rpcUrls: [anvil.url],
      wsUrls: [],
      rpcRequestsPerSecond: null,
      confirmations: { kind: 'blocks', tiers: [{ upTo: null, blocks: 3 }] },
      blockTimeMs: 50,
      native: { symbol: 'ETH', decimals: 18 },
      tokens: [{ symbol: 'TUSD', address: token, decimals: 6, enabled: true }],
      internalTransfers: 'off',
      proofs: 'full',
      explorerUrl: null,
      sweep: { enabled: false, minimum: 0n },
      forwarder: null,
      startBlock: null,
      ...overrides,
    };
    return new TestChain(anvil, callOff, config, payer, token);
  }

  /**
   * Another node with the same blocks, by hash. From here on each goes its own way: what is mined on one is unknown to
   * the other, so that two of them are two forks.
   */
  async twin(): Promise<TestChain> {
    const anvil = await startAnvil(['--no-mining', '--chain-id', String(this.config.chainId)]);
    const callOff = endWithUs(anvil.pid, 'KILL');
    await anvil.rpc('anvil_loadState', [await this.rpc('anvil_dumpState')]);
    const config = { ...this.config, rpcUrls: [anvil.url] };
    return new TestChain(anvil, callOff, config, this.payer, this.token);
  }

  get url(): string {
    return this.anvil.url;
  }

  rpc<T = unknown>(method: string, params: unknown[] = []): Promise<T> {
    if (method === 'anvil_reorg') this.lastReorgAtMs = performance.timeOrigin + performance.now();
    return this.anvil.rpc<T>(method, params);
  }

  /** Sends wei; the transaction waits until a block is mined. @returns its hash */
  pay(to: string, amount: bigint): Promise<string> {
    return this.rpc('eth_sendTransaction', [{ from: this.payer, to, value: `0x${amount.toString(16)}` }]);
  }

  /** Sends tokens, in the token's smallest unit. */
  payToken(to: string, amount: bigint, token: string = this.token): Promise<string> {
    return this.rpc('eth_sendTransaction', [
      { from: this.payer, to: token, data: erc20.encodeFunctionData('transfer', [to, amount]) },
    ]);
  }

  /** Mines a block. @returns the contract's address */
  deploy(bytecode: string): Promise<Address> {
    return deploy(this.anvil, this.payer, bytecode);
  }

  /** A token that nobody listed, of which the payer has plenty. Mines two blocks. */
  deployToken(): Promise<TokenAddress> {
    return deployToken(this.anvil, this.payer);
  }

  /** Sends tokens to several in one transaction. */
  payTokenBatch(to: string[], amounts: bigint[]): Promise<string> {
    return this.rpc('eth_sendTransaction', [
      { from: this.payer, to: this.token, data: TestChain.batchData(to, amounts) },
    ]);
  }

  /** The call of the test token that pays several. */
  static batchData(to: string[], amounts: bigint[]): string {
    return erc20.encodeFunctionData('transferBatch', [to, amounts]);
  }

  /** A transaction that runs out of gas: mined, and failed. */
  payAndFail(amount: bigint): Promise<string> {
    const data = erc20.encodeFunctionData('transfer', [this.token, 10n ** 60n]);
    return this.rpc('eth_sendTransaction', [
      { from: this.payer, to: this.token, data, value: `0x${amount.toString(16)}`, gas: '0x186a0' },
    ]);
  }

  async mine(blocks = 1): Promise<void> {
    await mineBetweenReads(this.url, () => this.rpc('anvil_mine', [`0x${blocks.toString(16)}`]));
    wakeApps(this.url);
  }

  /** Of the next block, in wei. */
  async setBaseFee(wei: bigint): Promise<void> {
    await this.rpc('anvil_setNextBlockBaseFeePerGas', [toQuantity(wei)]);
  }

  /** Replaces the last `depth` blocks by as many others, which hold `transactions` and nothing else. */
  async reorg(depth: number, transactions: ReorgTransaction[] = []): Promise<void> {
    await mineBetweenReads(this.url, () => this.rpc('anvil_reorg', [depth, transactions]));
    wakeApps(this.url);
    await this.rpc('anvil_dropAllTransactions');
  }

  /** The next block's time, seconds from now on the chain's clock. */
  async passTime(seconds: number): Promise<void> {
    await this.rpc('evm_increaseTime', [seconds]);
  }

  /** How many transactions an address has sent. */
  async nonceOf(address: string): Promise<number> {
    return Number(await this.rpc<string>('eth_getTransactionCount', [address, 'latest']));
  }

  async height(): Promise<number> {
    return Number(await this.rpc<string>('eth_blockNumber'));
  }

  async stop(): Promise<void> {
    await this.anvil.kill();
    forgetGate(this.url);
    this.callOff();
  }
}

/** Asked by connections that are kept: tests ask thousands of times, and `fetch` takes several times as long. */
async function startAnvil(args: readonly string[]): Promise<RunningAnvil> {
  const anvil = await startNode(args);
  const ask = async <T>(method: string, params: unknown[] = []) => {
    const asked = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const { result, error } = JSON.parse(await postJson(anvil.url, asked)) as RpcAnswer<T>;
    if (error) throw new JsonRpcError(error.code, `${method}: ${error.message}`);
    return result;
  };
  // The node gives two that come at once the same nonce.
  let sending: Promise<unknown> = Promise.resolve();
  const rpc = <T>(method: string, params: unknown[] = []): Promise<T> => {
    if (method !== 'eth_sendTransaction') return ask<T>(method, params);
    const sent = sending.then(() => ask<T>(method, params));
    sending = sent.catch(() => undefined);
    return sent;
  };
  return { ...anvil, rpc };
}

/** What is sent by accounts of the node would be of EIP-1559 there, too, but for its gas price. */
async function startLegacy(args: readonly string[]): Promise<RunningAnvil> {
  const anvil = await startAnvil([...args, '--hardfork', 'berlin']);
  const rpc: RunningAnvil['rpc'] = (method, params = []) => {
    if (method !== 'eth_sendTransaction') return anvil.rpc(method, params);
    return anvil.rpc(method, [{ gasPrice: '0x77359400', ...(params[0] as object) }]);
  };
  return { ...anvil, rpc };
}

/** The payer gets plenty of it. @returns the contract */
async function deployToken(anvil: RunningAnvil, payer: string): Promise<TokenAddress> {
  const token = toTokenAddress(await deploy(anvil, payer, artifact.bytecode));
  const data = erc20.encodeFunctionData('mint', [payer, 10n ** 30n]);
  await anvil.rpc('eth_sendTransaction', [{ from: payer, to: token, data }]);
  await anvil.rpc('anvil_mine', ['0x1']);
  return token;
}

async function deploy(anvil: RunningAnvil, from: string, bytecode: string): Promise<Address> {
  const hash = await anvil.rpc<string>('eth_sendTransaction', [{ from, data: bytecode }]);
  await anvil.rpc('anvil_mine', ['0x1']);
  const receipt = await anvil.rpc<{ contractAddress: string }>('eth_getTransactionReceipt', [hash]);
  return toAddress(receipt.contractAddress);
}

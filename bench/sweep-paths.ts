import { join } from 'node:path';
import {
  AbiCoder,
  type Authorization,
  type HDNodeWallet,
  Interface,
  Signature,
  toQuantity,
  type TransactionLike,
  Wallet,
} from 'ethers';
import { creationCode } from '../src/outgoing/delegate/sweep-delegate.js';
import { transactionOf } from '../src/outgoing/transaction-bytes.js';
import { batchPayload } from '../src/sweeper/planning/batch-payload.js';
import { AUTHORIZATION_GAS, batchGasLimit } from '../src/outgoing/gas.js';
import { compile } from '../test/contracts/compile.js';
import { TestChain } from '../test/harness/test-chain.js';
import { type Address, toAddress } from '../src/ids/ids.js';

const ETHER = 10n ** 18n;
const GWEI = 10n ** 9n;
const AMOUNT = 5_000_000n;
/** Deposits that share a transaction. */
const BATCH = 20;
const DEADLINE = 2n ** 48n;
const token = new Interface([
  'function mint(address,uint256)',
  'function transfer(address,uint256)',
  'function transferFrom(address,address,uint256)',
  'function permit(address,address,uint256,uint256,uint8,bytes32,bytes32)',
  'function balanceOf(address) view returns (uint256)',
]);
const permitSweep = new Interface([
  'function sweep(address,uint256,(address owner,uint256 value,uint8 v,bytes32 r,bytes32 s)[])',
]);
/** More than the token needs. */
const GAS_EACH = 80_000n;

type Deposit = HDNodeWallet;

/** A chain with a token that has EIP-2612's permit, and the contracts of the ways to sweep it. */
class Paths {
  private constructor(
    private readonly chain: TestChain,
    private readonly tank: Wallet,
    private readonly treasury: Address,
    private readonly token: string,
    private readonly permitSweep: string,
    private readonly delegate: Address,
  ) {}

  static async on(chain: TestChain, tank: Wallet, treasury: Address): Promise<Paths> {
    const deploy = (name: string, args = '') =>
      chain.deploy(
        compile(join(import.meta.dirname, `../test/contracts/${name}.sol`)).bytecode + args.slice(2),
      );
    const known = AbiCoder.defaultAbiCoder().encode(['address'], [treasury]);
    await chain.rpc('anvil_setBalance', [tank.address, toQuantity(ETHER)]);
    const paths = new Paths(
      chain,
      tank,
      treasury,
      await deploy('PermitToken'),
      await deploy('PermitSweep', known),
      await chain.deploy(creationCode({ treasury, operator: toAddress(tank.address) })),
    );
    // A treasury that has some already, as most have: the first transfer to it costs more.
    await paths.paid(treasury);
    return paths;
  }

  async prefunded(): Promise<number> {
    const [deposit] = await this.deposits(1);
    const { address } = deposit as Deposit;
    const funding = await this.gasOf(this.tank, { to: address, value: ETHER / 50n, gasLimit: 21_000 });
    const data = token.encodeFunctionData('transfer', [this.treasury, AMOUNT]);
    return funding + (await this.gasOf(deposit as Deposit, { to: this.token, data }));
  }

  /** EIP-2612, the tank being the spender: two transactions of it. */
  async permitThenTransfer(): Promise<number> {
    const [deposit] = await this.deposits(1);
    const { address } = deposit as Deposit;
    const { v, r, s } = await this.permit(deposit as Deposit, this.tank.address);
    const permit = [address, this.tank.address, AMOUNT, DEADLINE, v, r, s];
    const take = [address, this.treasury, AMOUNT];
    return (
      (await this.gasOf(this.tank, { to: this.token, data: token.encodeFunctionData('permit', permit) })) +
      (await this.gasOf(this.tank, { to: this.token, data: token.encodeFunctionData('transferFrom', take) }))
    );
  }

  /** EIP-2612, a contract being the spender: one transaction for all. @returns gas of each */
  async permitTogether(count: number): Promise<number> {
    const deposits = await this.deposits(count);
    const permits = await Promise.all(
      deposits.map(async (deposit) => {
        const { v, r, s } = await this.permit(deposit, this.permitSweep);
        return { owner: deposit.address, value: AMOUNT, v, r, s };
      }),
    );
    const data = permitSweep.encodeFunctionData('sweep', [this.token, DEADLINE, permits]);
    return (await this.gasOf(this.tank, { to: this.permitSweep, data })) / count;
  }

  /**
   * EIP-7702, as Quittance does it: one transaction of the tank in which deposit addresses delegate and are swept.
   * @returns gas of each, when they are new, and when they have delegated before
   */
  async delegated(count: number): Promise<{ first: number; again: number }> {
    const deposits = await this.deposits(count);
    const authorizations = deposits.map((deposit) =>
      deposit.authorizeSync({ address: this.delegate, nonce: 0, chainId: this.chain.config.chainId }),
    );
    const first = await this.batch(deposits, authorizations);
    for (const { address } of deposits) await this.paid(address);
    return { first, again: await this.batch(deposits, []) };
  }

  private async batch(deposits: readonly Deposit[], authorizations: Authorization[]): Promise<number> {
    const { chainId } = this.chain.config;
    const sweeps = deposits.map(({ address: deposit }) => ({ deposit, token: this.token, amount: AMOUNT }));
    const authorizationGas = authorizations.length > 0 ? AUTHORIZATION_GAS : 0n;
    const gasLimit = batchGasLimit(deposits.map(() => ({ gas: GAS_EACH, authorizationGas })));
    const fees = { maxFeePerGas: 5n * GWEI, maxPriorityFeePerGas: GWEI };
    const order = {
      chainId,
      delegate: this.delegate,
      sweeps,
      authorizations,
      gasEach: GAS_EACH,
      gasLimit,
      fees,
    };
    return (await this.gasOf(this.tank, transactionOf(batchPayload(order), 0))) / deposits.length;
  }

  /** New addresses with tokens and nothing else. */
  private async deposits(count: number): Promise<Deposit[]> {
    const deposits = Array.from({ length: count }, () => Wallet.createRandom());
    for (const { address } of deposits) await this.paid(address);
    return deposits;
  }

  private async paid(to: string): Promise<void> {
    const data = token.encodeFunctionData('mint', [to, AMOUNT]);
    await this.chain.rpc('eth_sendTransaction', [{ from: this.chain.payer, to: this.token, data }]);
    await this.chain.mine();
  }

  private async permit(deposit: Deposit, spender: string): Promise<Signature> {
    const domain = {
      name: 'Permit Token',
      version: '1',
      chainId: this.chain.config.chainId,
      verifyingContract: this.token,
    };
    const fields = ['address owner', 'address spender', 'uint256 value', 'uint256 nonce', 'uint256 deadline'];
    const Permit = fields.map((field) => ({
      type: field.split(' ')[0] as string,
      name: field.split(' ')[1] as string,
    }));
    const value = { owner: deposit.address, spender, value: AMOUNT, nonce: 0, deadline: DEADLINE };
    return Signature.from(await deposit.signTypedData(domain, { Permit }, value));
  }

  /** @throws when it is not mined, or reverts */
  private async gasOf(wallet: Wallet | Deposit, transaction: TransactionLike): Promise<number> {
    const nonce = await this.chain.rpc<string>('eth_getTransactionCount', [wallet.address, 'latest']);
    const raw = await wallet.signTransaction({
      type: 2,
      gasLimit: 3_000_000,
      maxFeePerGas: 5n * GWEI,
      maxPriorityFeePerGas: GWEI,
      ...transaction,
      chainId: this.chain.config.chainId,
      nonce: Number(nonce),
    });
    const hash = await this.chain.rpc<string>('eth_sendRawTransaction', [raw]);
    await this.chain.mine();
    const receipt = await this.chain.rpc<{ status: string; gasUsed: string } | null>(
      'eth_getTransactionReceipt',
      [hash],
    );
    if (Number(receipt?.status) !== 1) throw new Error(`transaction ${hash} did not succeed`);
    return Number(receipt?.gasUsed);
  }

  /** @throws when not all that was paid is there: then what was measured is no sweep */
  async requireSwept(deposits: number): Promise<void> {
    const data = token.encodeFunctionData('balanceOf', [this.treasury]);
    const answer = await this.chain.rpc<string>('eth_call', [{ to: this.token, data }, 'latest']);
    const wanted = AMOUNT * BigInt(deposits + 1);
    if (BigInt(answer) !== wanted) throw new Error(`the treasury has ${BigInt(answer)}, not ${wanted}`);
  }
}

/** Gas of one sweep of a token by each way there is, all measured with the same token. */
export async function gasOfPaths(tank: Wallet, treasury: Address): Promise<Record<string, number>> {
  // The first with EIP-7702.
  const chain = await TestChain.start({}, ['--hardfork', 'prague']);
  try {
    const paths = await Paths.on(chain, tank, treasury);
    const [alone, together] = [await paths.delegated(1), await paths.delegated(BATCH)];
    const figures = {
      'gas, permit token: prefunded transfer': await paths.prefunded(),
      'gas, permit token: permit, transferFrom': await paths.permitThenTransfer(),
      'gas, permit token: both at once': await paths.permitTogether(1),
      [`gas, permit token: both at once, ${BATCH} together`]: await paths.permitTogether(BATCH),
      'gas, permit token: EIP-7702': alone.first,
      [`gas, permit token: EIP-7702, ${BATCH} together`]: together.first,
      'gas, permit token: EIP-7702, again': alone.again,
      [`gas, permit token: EIP-7702, ${BATCH} together, again`]: together.again,
    };
    await paths.requireSwept(5 + 3 * BATCH);
    return figures;
  } finally {
    await chain.stop();
  }
}

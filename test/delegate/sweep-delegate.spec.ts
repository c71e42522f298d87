import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Interface, toQuantity, Wallet } from 'ethers';
import {
  creationCode,
  deployedCode,
  delegationTo,
  refusalIn,
  sweepAllData,
} from '../../src/outgoing/delegate/sweep-delegate.js';
import { OddToken } from '../harness/odd-token.js';
import { TestChain } from '../harness/test-chain.js';
import { ARTIFACT, compileDelegate } from './compile-delegate.js';
import { type Address, toAddress } from '../../src/ids/ids.js';

it('the committed contract is what its source compiles to', () => {
  expect(JSON.parse(readFileSync(ARTIFACT, 'utf8'))).toEqual(compileDelegate());
});

describe('an address that has delegated', () => {
  const TREASURY = toAddress(`0x${'7e'.repeat(20)}`);
  const GAS_EACH = 100_000n;
  let chain: TestChain;
  let odd: OddToken;
  let delegate: Address;
  let operator: Address;
  const deposits = [Wallet.createRandom(), Wallet.createRandom()] as const;
  const [one, two] = deposits;
  let untouched: string;

  beforeAll(async () => {
    chain = await TestChain.start({}, ['--hardfork', 'prague']);
    odd = await OddToken.deploy(chain);
    operator = toAddress((await chain.rpc<[string, string]>('eth_accounts'))[1]);
    delegate = await chain.deploy(creationCode({ treasury: TREASURY, operator }));
    const authorizationList = deposits.map((wallet) => {
      const { signature } = wallet.authorizeSync({ address: delegate, nonce: 0, chainId: 31_337 });
      const { r, s, yParity } = signature;
      return { chainId: '0x7a69', address: delegate, nonce: '0x0', r, s, yParity: toQuantity(yParity) };
    });
    await send({ from: operator, to: operator, type: '0x4', authorizationList });
    for (const { address } of deposits) {
      await chain.payToken(address, 1_000n);
      await chain.payToken(address, 1_000n, odd.address);
    }
    await chain.mine();
  });
  beforeEach(async () => void (untouched = await chain.rpc<string>('evm_snapshot')));
  afterEach(() => chain.rpc('evm_revert', [untouched]));
  afterAll(() => chain.stop());

  const send = async (transaction: object) => {
    const hash = await chain.rpc<string>('eth_sendTransaction', [{ gas: '0xf4240', ...transaction }]);
    await chain.mine();
    return chain.rpc<{ status: string; logs: never[] }>('eth_getTransactionReceipt', [hash]);
  };
  const all = (token: string) => [
    { deposit: one.address, token, amount: 600n },
    { deposit: two.address, token: chain.token, amount: 600n },
  ];
  const held = async (address: string, token: string = chain.token) => {
    const data = `0x70a08231${address.slice(2).toLowerCase().padStart(64, '0')}`;
    return BigInt(await chain.rpc<string>('eth_call', [{ to: token, data }, 'latest']));
  };

  it('runs exactly the code that is expected of the contract, and of nobody else’s', async () => {
    const parties = { treasury: TREASURY, operator };
    expect(await chain.rpc('eth_getCode', [delegate, 'latest'])).toBe(deployedCode(delegate, parties));
    expect(await chain.rpc('eth_getCode', [one.address, 'latest'])).toBe(delegationTo(delegate));
    const other = { ...parties, treasury: toAddress(one.address) };
    expect(await chain.rpc('eth_getCode', [delegate, 'latest'])).not.toBe(deployedCode(delegate, other));
  });

  it('pays the treasury what the operator asks for, and no more', async () => {
    const data = sweepAllData(all(chain.token), GAS_EACH);
    expect(Number((await send({ from: operator, to: delegate, data })).status)).toBe(1);
    expect([await held(TREASURY), await held(one.address), await held(two.address)]).toEqual([
      1_200n,
      400n,
      400n,
    ]);
  });

  it('does nothing for anybody else, at the contract or at the address itself', async () => {
    const calls = [
      { from: chain.payer, to: delegate, data: sweepAllData(all(chain.token), GAS_EACH) },
      { from: operator, to: one.address, data: sweepAllData(all(chain.token), GAS_EACH) },
      {
        from: operator,
        to: one.address,
        data: new Interface(['function sweep(address,uint256)']).encodeFunctionData('sweep', [
          chain.token,
          1n,
        ]),
      },
    ];
    for (const call of calls) expect(Number((await send(call)).status)).toBe(0);
    expect([await held(TREASURY), await held(one.address)]).toEqual([0n, 1_000n]);
  });

  it('takes native money as before, with and without words, which the contract itself refuses', async () => {
    const value = '0x5';
    for (const data of ['0x', '0x68656c6c6f20746865726521']) {
      expect(Number((await send({ from: chain.payer, to: one.address, value, data })).status)).toBe(1);
      expect(Number((await send({ from: chain.payer, to: delegate, value, data })).status)).toBe(0);
    }
    expect(BigInt(await chain.rpc<string>('eth_getBalance', [one.address, 'latest']))).toBe(10n);
  });

  it.each([
    ['returns_false', 'it returns false'],
    ['paused', 'it reverts ODD: paused'],
    ['burns_gas', 'it reverts without a reason'],
  ] as const)('leaves others alone when its token %s, and says so', async (way, words) => {
    await odd.behave(way);
    await chain.mine();
    const data = sweepAllData(all(odd.address), GAS_EACH);
    const { status, logs } = await send({ from: operator, to: delegate, data });
    expect(Number(status)).toBe(1);
    expect([await held(TREASURY), await held(one.address, odd.address)]).toEqual([600n, 1_000n]);
    const place = { from: toAddress(one.address), token: odd.address };
    expect(refusalIn(logs, delegate, place)).toBe(words);
    const other = { from: toAddress(two.address), token: chain.token };
    expect(refusalIn(logs, delegate, other)).toBeNull();
  });
});

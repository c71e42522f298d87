import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Interface, toQuantity, Wallet } from 'ethers';
import { type TokenConfig } from '../../src/config/chains.js';
import { toTokenAddress } from '../../src/ids/ids.js';
import { creationCode } from '../../src/outgoing/delegate/sweep-delegate.js';
import { compile } from '../contracts/compile.js';
import { PARTIES, PAYOUT, SweepWorld } from '../harness/sweep-world.js';
import { TestChain } from '../harness/test-chain.js';
import { askRefund, refundEnds } from '../harness/world-refunds.js';

const { bytecode } = compile(join(import.meta.dirname, '../contracts/HungryToken.sol'));
const abi = new Interface(['function setAppetite(uint256)', 'function mint(address,uint256)']);
const ETHER = 10n ** 18n;
let world: SweepWorld;
afterEach(() => world?.stop());

/** With a listed token whose issuer says what a transfer takes. */
async function start(isBatched: boolean) {
  const chain = await TestChain.start({}, ['--hardfork', 'prague']);
  const token = toTokenAddress(await chain.deploy(bytecode));
  const call = async (name: string, args: unknown[]) => {
    const data = abi.encodeFunctionData(name, args);
    await chain.rpc('eth_sendTransaction', [{ from: chain.payer, to: token, data }]);
    await chain.mine();
  };
  await call('mint', [chain.payer, 10n ** 30n]);
  const delegate = await chain.deploy(creationCode(PARTIES));
  const batches = isBatched ? { batches: { delegate, size: 20 } } : {};
  const sweep = { enabled: true, minimum: 0n, ...batches };
  const hungry: TokenConfig = { symbol: 'HUNGRY', address: token, decimals: 6, enabled: true };
  const tokens = [...chain.config.tokens, hungry];
  world = await SweepWorld.on(chain, { payoutPrivateKey: PAYOUT.privateKey }, { sweep, tokens });
  return { chain, token, call };
}

/** Above what a transfer may take, and little enough for a node under load to try it in time: it does so a dozen times. */
const HUNGRY = 3_000_000n;

describe('a token whose transfer takes more gas than any should', () => {
  it.each([true, false])(
    'is not signed for, and keeps nobody else waiting; together with others: %s',
    async (isBatched) => {
      const { token, call } = await start(isBatched);
      const bad = await world.paidToken(5_000_000n, 'HUNGRY', token);
      await call('setAppetite', [HUNGRY]);
      await world.plan();
      const failed = await world.sweepIn(bad.id, 'failed');
      expect(failed.reason).toMatch(
        /the transfer would take \d+ gas, and may take 1000000 \(sweep.max_gas\)/,
      );
      expect(await world.outgoing()).toEqual([]);
      const good = await world.paidToken(7_000_000n);
      await world.plan();
      await world.settled(good.id);
      await call('setAppetite', [0n]);
      await world.plan({ isForced: true });
      await world.settled(bad.id);
    },
  );

  it('is not paid back of the payout account, and other refunds of it go on', async () => {
    const { chain, token, call } = await start(false);
    await chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(10n * ETHER)]);
    await call('mint', [PAYOUT.address, 10n ** 12n]);
    await chain.mine(3);
    const [bad, other] = [await world.paidToken(5_000_000n, 'HUNGRY', token), await world.paid(ETHER)];
    await world.plan();
    await world.settled(bad.id);
    await world.settled(other.id);
    await call('setAppetite', [HUNGRY]);
    await askRefund(world, bad, Wallet.createRandom().address, 5_000_000n);
    expect((await refundEnds(world, bad)).failure).toContain('sweep.max_gas');
    const to = Wallet.createRandom().address;
    await askRefund(world, other, to, ETHER);
    await refundEnds(world, other);
    expect(await world.native(to)).toBe(ETHER);
  });
});

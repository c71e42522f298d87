import { describe, expect, it } from '@jest/globals';
import { depositNode } from './deposit-node.js';
import { HdDeposits } from './deposit-scheme.js';
import { DepositKeyError, requireNotAmong } from './foreign-accounts.js';
import { type Address, toAddress } from '../ids/ids.js';

const scheme = new HdDeposits(
  depositNode({ mnemonic: 'test test test test test test test test test test test junk' }),
);
const at = (index: number) => scheme.addressAt(index)?.address as Address;
const look = (address: Address, from = 0) =>
  requireNotAmong([{ setting: 'GAS_TANK_PRIVATE_KEY', address }], scheme, from);

describe('an account of the operator', () => {
  it('is refused where it is an address that customers get later, however far that is', async () => {
    await expect(look(at(0))).rejects.toThrow(
      /GAS_TANK_PRIVATE_KEY is of 0xf39F.* deposit address of this wallet, index 0 /,
    );
    await expect(look(at(3_000))).rejects.toThrow(DepositKeyError);
    await expect(look(at(1_004_999), 1_000_000)).rejects.toThrow(/index 1004999 /);
  });

  it('is taken where it is of another wallet', async () => {
    await expect(look(toAddress(`0x${'5c'.repeat(20)}`))).resolves.toBeUndefined();
  });
});

import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic, Transaction, verifyAuthorization, Wallet } from 'ethers';
import { type Account, Keys, NoKeyError, WrongKeyError } from './keys.js';
import { type ChainId, toAddress, toChainId } from '../ids/ids.js';

const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const account = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE), "m/44'/60'/0'");
const TANK = Wallet.createRandom();
const PAYOUT = Wallet.createRandom();
const NONE = { mnemonic: null, xpub: null, gasTankPrivateKey: null, payoutPrivateKey: null };
const TRANSACTION = {
  type: 2,
  chainId: 1,
  nonce: 3,
  to: `0x${'11'.repeat(20)}`,
  value: 5n,
  gasLimit: 21_000,
  maxFeePerGas: 10n,
  maxPriorityFeePerGas: 1n,
};

describe('Keys', () => {
  it('sign for a deposit address what recovers to that address', () => {
    const keys = new Keys({ ...NONE, mnemonic: PHRASE });
    const whose: Account = { kind: 'deposit', derivationIndex: 7 };
    const from = toAddress(account.deriveChild(0).deriveChild(7).address);
    expect(keys.addressOf(whose)).toBe(from);
    const signed = keys.sign(whose, from, TRANSACTION);
    const read = Transaction.from(signed.raw);
    expect(read).toMatchObject({ hash: signed.hash, nonce: 3, value: 5n });
    expect(read.from?.toLowerCase()).toBe(from);
  });

  it('let a contract run at a deposit address, on one chain and by one nonce', () => {
    const keys = new Keys({ ...NONE, mnemonic: PHRASE });
    const whose: Account = { kind: 'deposit', derivationIndex: 7 };
    const from = toAddress(account.deriveChild(0).deriveChild(7).address);
    const request = { chainId: toChainId(8453), delegate: toAddress(`0x${'11'.repeat(20)}`), nonce: 4 };
    const given = keys.authorize(whose, from, request);
    expect(given).toMatchObject({ address: request.delegate, chainId: 8453n, nonce: 4n });
    expect(verifyAuthorization(given, given.signature).toLowerCase()).toBe(from);
    expect(() => keys.authorize(whose, toAddress(TANK.address), request)).toThrow(WrongKeyError);
    expect(() => keys.authorize(whose, from, { ...request, chainId: 0 as ChainId })).toThrow(
      /for every chain/,
    );
  });

  it('do not sign when the address is another one than was handed out', () => {
    const keys = new Keys({ ...NONE, mnemonic: PHRASE });
    const other = toAddress(TANK.address);
    expect(() => keys.sign({ kind: 'deposit', derivationIndex: 7 }, other, TRANSACTION)).toThrow(
      WrongKeyError,
    );
  });

  it('with an XPUB can sign nothing for deposit addresses or the gas tank, whatever else is given', () => {
    const xpub = account.neuter().extendedKey;
    for (const mnemonic of [null, PHRASE]) {
      const keys = new Keys({ ...NONE, mnemonic, xpub, gasTankPrivateKey: TANK.privateKey });
      const from = toAddress(account.deriveChild(0).deriveChild(0).address);
      for (const whose of [{ kind: 'deposit', derivationIndex: 0 }, { kind: 'gas_tank' }] as const) {
        expect(keys.has(whose.kind)).toBe(false);
        expect(() => keys.addressOf(whose)).toThrow(NoKeyError);
        expect(() => keys.sign(whose, from, TRANSACTION)).toThrow(NoKeyError);
        const request = { chainId: toChainId(1), delegate: from, nonce: 0 };
        expect(() => keys.authorize(whose, from, request)).toThrow(NoKeyError);
      }
    }
  });

  it('show none of what they hold, however they are printed', () => {
    const keys = new Keys({
      mnemonic: PHRASE,
      xpub: null,
      gasTankPrivateKey: TANK.privateKey,
      payoutPrivateKey: PAYOUT.privateKey,
    });
    const shown = `${inspect(keys, { depth: 9, showHidden: true })} ${JSON.stringify(keys)} ${JSON.stringify({ ...keys })}`;
    for (const secret of [PHRASE, TANK.privateKey, PAYOUT.privateKey])
      expect(shown).not.toContain(secret.replace('0x', ''));
  });
});

import { describe, expect, it } from '@jest/globals';
import { type Call, CallRevertedError, type ChainAccounts } from '../../chain/accounts/chain-accounts.js';
import { RpcError } from '../../chain/rpc/rpc-error.js';
import { toAddress, toChainId } from '../../ids/ids.js';
import { authorizationGas } from './authorization-gas.js';

const FROM = toAddress(`0x${'01'.repeat(20)}`);
const DELEGATE = toAddress(`0x${'02'.repeat(20)}`);

/** By a node that estimates so; the call is the same but for its authorization. */
const by = (estimate: (authorizations: number) => bigint) => {
  const estimateGas = (call: Call) =>
    Promise.resolve().then(() => estimate(call.authorizations?.length ?? 0));
  return authorizationGas(
    { chainId: toChainId(1), accounts: { estimateGas } as unknown as ChainAccounts },
    FROM,
    DELEGATE,
  );
};
const refusing = (error: Error) =>
  by((authorizations) => {
    if (authorizations > 0) throw error;
    return 21_000n;
  });

describe('what an authorization is charged', () => {
  it.each<[string, bigint, bigint, bigint]>([
    ['Ethereum until Amsterdam', 21_000n, 25_000n, 25_000n],
    ['Amsterdam, as it stands in review', 15_000n, 235_606n, 235_606n],
    ['a node that passes over what it does not know', 21_000n, 0n, 25_000n],
    ['a node that asks for more than anybody would', 21_000n, 10n ** 12n, 1_000_000n],
  ])('is asked, within bounds: %s', async (_who, base, each, charged) => {
    expect(await by((authorizations) => base + BigInt(authorizations) * each)).toBe(charged);
  });

  it('is what Ethereum charged first where a node cannot tell', async () => {
    expect(await refusing(new CallRevertedError('no'))).toBe(25_000n);
    const refused = new RpcError('a node', 'eth_estimateGas', 'unknown field', { kind: 'parameters' });
    expect(await refusing(refused)).toBe(25_000n);
  });

  it('is asked again later where no endpoint answers', async () => {
    const silent = new RpcError('a node', 'eth_estimateGas', 'no answer', { kind: 'transient' });
    await expect(refusing(silent)).rejects.toBe(silent);
  });
});

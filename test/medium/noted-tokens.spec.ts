import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChainConfig, type TokenConfig } from '../../src/config/chains.js';
import { asConfigured, noteTokens } from '../../src/chain/tokens/noted-tokens.js';
import { Token } from '../../src/chain/tokens/token.entity.js';
import { toChainId, toTokenAddress } from '../../src/ids/ids.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database?.drop());

const chainId = toChainId(31_337);
const token = (digit: string, given: Partial<TokenConfig> = {}): TokenConfig => ({
  symbol: 'TUSD',
  address: toTokenAddress(`0x${digit.repeat(40)}`),
  decimals: 6,
  enabled: true,
  ...given,
});
const chain = (...tokens: TokenConfig[]) =>
  ({ name: 'testchain', chainId, tokens }) as unknown as ChainConfig;
const known = async () =>
  (await database.dataSource.manager.find(Token, { order: { address: 'ASC' } })).map(
    ({ symbol, decimals, enabled }) => `${symbol} ${decimals} ${enabled}`,
  );

describe('the tokens of chains.yaml', () => {
  it('are written down by whoever makes payments or looks for them, and by nobody else over what is there', async () => {
    const { dataSource } = database;
    await noteTokens(dataSource, chain(token('1'), token('2', { symbol: 'OLD' })), true);
    expect(await known()).toEqual(['TUSD 6 true', 'OLD 6 true']);
    // A worker, or a command from another folder, with a file that is older, wrong, and has one more.
    const others = chain(token('1', { decimals: 2 }), token('3', { symbol: 'NEW' }));
    expect(await noteTokens(dataSource, others, false)).toEqual([
      { token: token('1').address, was: 'TUSD, 6 decimals', is: 'TUSD, 2 decimals' },
    ]);
    expect(await known()).toEqual(['TUSD 6 true', 'OLD 6 true', 'NEW 6 true']);
    await noteTokens(dataSource, chain(token('1', { symbol: 'TUSD.e' })), true);
    expect(await known()).toEqual(['TUSD.e 6 true', 'OLD 6 false', 'NEW 6 false']);
  });

  it('are told of as the own file has them, whatever another process wrote down', () => {
    const row = { id: 'x', chainId, ...token('1', { decimals: 2, enabled: false }), readFrom: null } as Token;
    expect(asConfigured(row, [chain(token('1'))])).toMatchObject({ decimals: 6, enabled: true });
    expect(asConfigured({ ...row, enabled: true }, [chain()])).toMatchObject({ decimals: 2, enabled: false });
    expect(asConfigured(row, [])).toBe(row);
  });
});

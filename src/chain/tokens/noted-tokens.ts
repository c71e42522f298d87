import { type DataSource } from 'typeorm';
import { type ChainConfig } from '../../config/chains.js';
import { tokenId } from '../../ids/token-id.js';
import { Token } from './token.entity.js';

/** What two readings of chains.yaml say of one token. */
export interface TokenDifference {
  token: string;
  was: string;
  is: string;
}

/**
 * Writes down the tokens of chains.yaml, for payments and books to refer to. What the file no longer lists is switched
 * off, never deleted.
 * @param decides false: only what is missing is added. A worker with an older file, or a command from another folder,
 *   would otherwise tell every shop the wrong decimals
 * @returns where the file says another thing than what was written down
 */
export async function noteTokens(
  dataSource: DataSource,
  { chainId, tokens }: ChainConfig,
  decides: boolean,
): Promise<TokenDifference[]> {
  const rows = tokens.map(({ address, symbol, decimals, enabled }) => ({
    id: tokenId(chainId, address),
    chainId,
    address,
    symbol,
    decimals,
    enabled,
  }));
  return dataSource.transaction(async (manager) => {
    const known = new Map((await manager.findBy(Token, { chainId })).map((one) => [one.id, one]));
    if (decides) await manager.update(Token, { chainId }, { enabled: false });
    if (decides && rows.length > 0) await manager.upsert(Token, rows, ['id']);
    if (!decides && rows.length > 0)
      await manager.createQueryBuilder().insert().into(Token).values(rows).orIgnore().execute();
    return rows.flatMap((row) => {
      const before = known.get(row.id);
      const [was, is] = [before, row].map((one) => one && `${one.symbol}, ${one.decimals} decimals`);
      return was === undefined || is === undefined || was === is ? [] : [{ token: row.address, was, is }];
    });
  });
}

/** As this process' own chains.yaml has it: another one may have been started on another file since. */
export function asConfigured(token: Token, chains: readonly ChainConfig[]): Token {
  const chain = chains.find(({ chainId }) => chainId === token.chainId);
  if (chain === undefined) return token;
  const listed = chain.tokens.find(({ address }) => address === token.address);
  if (listed === undefined) return { ...token, enabled: false };
  const { symbol, decimals, enabled } = listed;
  return { ...token, symbol, decimals, enabled };
}

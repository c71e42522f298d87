import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { hexlify, randomBytes } from 'ethers';
import { DataSource, type EntityManager } from 'typeorm';
import { type Chain } from '../chain/chain.js';
import { ChainService } from '../chain/chain.service.js';
import { holdPosition } from '../chain/position/scanned-positions.js';
import { RpcError } from '../chain/rpc/rpc-error.js';
import { UnreadableBalanceError } from '../chain/transfers/balances.js';
import { LedgerRepository } from './ledger.repository.js';
import { LedgerService } from './ledger.service.js';
import { balancesOf } from './ledger-balances.js';
import { PayingAccounts } from './paying-accounts.js';
import { type LedgerBlock, merged, moved } from './posting.js';
import { type Address, type Asset, toAddress, type TokenAddress } from '../ids/ids.js';
import { steadyMs } from '../process/steady-time.js';

/** How often a token is asked again that did not tell. */
const ASK_AGAIN_MS = 60_000;

interface Place {
  chain: Chain;
  account: 'gas_tank' | 'payout';
  /** Lower-case. */
  address: Address;
  subject: string;
}

/**
 * Brings the gas tank and the payout account into the books: with what they hold after the block up to which the chain
 * is scanned. From there on every movement of theirs is booked by itself. A token that does not tell what they hold keeps
 * none of the rest: it has an opening of its own, when it tells.
 */
@Injectable()
export class Openings {
  private readonly logger = new Logger('Ledger');
  private readonly opened = new Set<string>();
  /** By subject, ms since 1970. */
  private readonly askAgainAt = new Map<string, number>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly chains: ChainService,
    private readonly ledger: LedgerService,
    private readonly repository: LedgerRepository,
    private readonly accounts: PayingAccounts,
  ) {}

  /**
   * Before the first transaction of the address is sent; again changes nothing.
   * @param address lower-case
   * @returns false: not now, as nothing was scanned yet, or a transaction of the address is on its way
   * @throws RpcError when what it holds of the native asset could not be read
   */
  async open(chain: Chain, account: 'gas_tank' | 'payout', address: Address): Promise<boolean> {
    const subject = `opening:${chain.chainId}:${address}`;
    const { manager } = this.dataSource;
    const place = { chain, account, address, subject };
    if (!this.opened.has(subject) || (await this.isReversed(manager, subject))) {
      if (!(await this.dataSource.transaction((transaction) => this.openIn(transaction, place))))
        return false;
      this.opened.add(subject);
    }
    for (const token of await this.accounts.openedLater(manager, chain.chainId, address)) {
      await this.openToken({ ...place, subject: `${subject}:${token}` }, token);
    }
    return true;
  }

  private async openIn(manager: EntityManager, place: Place): Promise<boolean> {
    const { chain, account, address, subject } = place;
    const { chainId } = chain;
    const block = await holdPosition(manager, chainId);
    if (block === null) return false;
    if (!(await this.isReversed(manager, subject))) return true;
    if (await this.accounts.isAnyOnItsWay(manager, chainId, address)) return false;
    const held = new Map<Asset, bigint>();
    held.set(null, await nativeHeld(chain, address, block));
    const tokens = (await this.chains.tokensIn(manager, chainId)).map((token) => token.address);
    const amounts = await Promise.all(tokens.map((token) => this.tokenHeld(place, token, block.hash)));
    const openedLater = tokens.filter((_token, index) => amounts[index] === null);
    tokens.forEach((token, index) => {
      const amount = amounts[index] ?? null;
      if (amount !== null) held.set(token, amount);
    });
    await this.accounts.add(manager, { chainId, account, address, openedLater });
    await this.book(manager, place, block, held);
    return true;
  }

  /** What came and went since the account was opened is booked: what is there besides was there before. */
  private async openToken(place: Place, token: TokenAddress): Promise<void> {
    const { chain, address, subject } = place;
    if (steadyMs() < (this.askAgainAt.get(subject) ?? 0)) return;
    if (!(await this.isReversed(this.dataSource.manager, subject))) return;
    // Before the cursor is held: a call that hangs would keep the scan waiting.
    if ((await this.tokenHeld(place, token, 'latest')) === null) {
      this.askAgainAt.set(subject, steadyMs() + ASK_AGAIN_MS);
      return;
    }
    await this.dataSource.transaction(async (manager) => {
      const block = await holdPosition(manager, chain.chainId);
      if (block === null || !(await this.isReversed(manager, subject))) return;
      if (await this.accounts.isAnyOnItsWay(manager, chain.chainId, address)) return;
      const amount = await this.tokenHeld(place, token, block.hash);
      if (amount !== null) await this.book(manager, place, block, new Map([[token, amount]]));
    });
  }

  /** Null: its contract does not tell, or not what can be believed. */
  private async tokenHeld(
    { chain, address }: Place,
    token: TokenAddress,
    after: string,
  ): Promise<bigint | null> {
    if (chain.tokenProblem(token)?.areBalancesFalse) return null;
    try {
      const [amount, ofNobody] = await Promise.all([
        chain.accounts.balance(address, token, after),
        // Its last check may be older than what made it bad: after this very block nobody has any either.
        chain.accounts.balance(toAddress(hexlify(randomBytes(20))), token, after),
      ]);
      if (ofNobody === 0n) return amount;
      this.tellUnread(chain, address, token, 'it says that an address which nobody has holds something');
      return null;
    } catch (error) {
      if (!(error instanceof UnreadableBalanceError) && !(error instanceof RpcError)) throw error;
      this.tellUnread(chain, address, token, error.message);
      return null;
    }
  }

  private tellUnread({ name }: Chain, address: Address, token: TokenAddress, reason: string): void {
    this.logger.warn(
      { chain: name, token, address, reason },
      'what an account of ours holds of a token could not be read: it is booked later',
    );
  }

  /** The cursor is held, so that the scanner books what comes after its block and nothing before. */
  private async book(
    manager: EntityManager,
    { chain: { chainId }, account, address, subject }: Place,
    block: LedgerBlock,
    held: ReadonlyMap<Asset, bigint>,
  ): Promise<void> {
    const booked = await balancesOf(manager, chainId, [address], block.number);
    const legs = [...held].flatMap(([token, amount]) => {
      const known = booked.find(({ tokenAddress }) => tokenAddress === token)?.amount ?? 0n;
      return moved({ account: 'external' }, { account, address }, token, amount - known);
    });
    const posting = { subject, kind: 'opening' as const, chainId, block, txHash: null, paymentId: null };
    await this.ledger.book(manager, [{ subject, posting: { ...posting, legs: merged(legs) } }]);
  }

  /** Whether it is not in the books, or a reorg took it out again. */
  private async isReversed(manager: EntityManager, subject: string): Promise<boolean> {
    const standing = await this.repository.standing(manager, [subject]);
    return (standing.get(subject)?.booked ?? null) === null;
  }
}

/** Proved by the block's state where any endpoint can: else by the word of all that answer, of which there may be one. */
async function nativeHeld(
  { accounts, evidence }: Chain,
  address: Address,
  block: LedgerBlock,
): Promise<bigint> {
  const proven = await evidence.account(block, address);
  return proven?.balance ?? (await accounts.balance(address, null, block.hash));
}

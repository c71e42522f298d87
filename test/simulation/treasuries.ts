import { Wallet } from 'ethers';
import { type TestApp } from '../harness/app.js';

/** How long money goes to a treasury: until the next one begins. */
interface Term {
  treasury: string;
  beginsAt: Date;
  /** The app that was told of it runs, and no other. Null: it is starting. */
  isAloneSince: Date | null;
}

interface Swept {
  id: string;
  recipient: string;
  token: string | null;
  received: string;
  created_at: Date;
}

/** Where the money of a seed goes, one treasury after the other. */
export class Treasuries {
  private readonly terms: Term[] = [];

  /** Of today. */
  get current(): string {
    return (this.terms.at(-1) as Term).treasury;
  }

  get all(): string[] {
    return this.terms.map(({ treasury }) => treasury);
  }

  move(treasury = Wallet.createRandom().address): void {
    this.terms.push({ treasury, beginsAt: new Date(), isAloneSince: null });
  }

  /** The app that knows the new one alone is running. */
  moved(): void {
    (this.terms.at(-1) as Term).isAloneSince = new Date();
  }

  /**
   * Sweeps that were signed for another treasury than that of their time, and treasuries that have other money than what
   * was swept to them by name.
   * @param tokens contracts; null: the native asset
   */
  async misdirected(
    { database }: TestApp,
    tokens: readonly (string | null)[],
    balance: (address: string, token: string | null) => Promise<bigint>,
  ): Promise<string[]> {
    const sweeps = await database.dataSource.query<Swept[]>(
      `SELECT id, recipient, token_address AS token, coalesce(received, 0) AS received, created_at
         FROM outgoing_transactions outgoing
         WHERE purpose = 'sweep' AND NOT EXISTS (SELECT FROM outgoing_parts WHERE outgoing_id = outgoing.id)
       UNION ALL SELECT outgoing.id, part.recipient, part.token_address, coalesce(part.received, 0), outgoing.created_at
         FROM outgoing_parts part JOIN outgoing_transactions outgoing ON outgoing.id = part.outgoing_id`,
    );
    const wrong = sweeps
      .filter(({ recipient, created_at: at }) => !this.fitAt(at).includes(recipient))
      .map(({ id, recipient, created_at: at }) => `sweep ${id} of ${at.toISOString()} is for ${recipient}`);
    for (const treasury of this.all) {
      for (const token of tokens) {
        const swept = sweeps
          .filter(
            (one) => one.recipient === treasury.toLowerCase() && one.token === (token?.toLowerCase() ?? null),
          )
          .reduce((sum, { received }) => sum + BigInt(received), 0n);
        const has = await balance(treasury, token);
        if (has !== swept)
          wrong.push(
            `treasury ${treasury} has ${has} of ${token ?? 'native'}, and ${swept} were swept to it`,
          );
      }
    }
    return wrong;
  }

  /** Where a sweep may go that is signed at a time, lower-case: while one app takes over from another, by either's word. */
  private fitAt(at: Date): string[] {
    const begun = this.terms.filter(({ beginsAt }) => beginsAt <= at);
    const alone = begun.findLastIndex(({ isAloneSince }) => isAloneSince !== null && isAloneSince <= at);
    return begun.slice(Math.max(0, alone)).map(({ treasury }) => treasury.toLowerCase());
  }
}

import { type ReadBalance } from './balance-proofs.js';
import { type Block } from '../blocks/block.js';
import { type BlockProver } from '../proof/block-prover.js';
import { type AgreedAnswers } from '../rpc/agreed-answers.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { unseenCredits } from './unseen-credit.js';
import { type Address } from '../../ids/ids.js';

/** Wei that came to each address beyond what transactions show. */
export type Credits = ReadonlyMap<Address, bigint>;

/**
 * What several endpoints say that a block brought these addresses: all of them in one question, so that it is waited for
 * once.
 * @throws TooFewAnswersError while another may answer
 */
export function creditsSaid(
  agreed: AgreedAnswers,
  prover: BlockProver,
  read: ReadBalance,
  block: Block,
  addresses: readonly Address[],
): Promise<Credits[]> {
  return agreed.of(
    block.hash,
    (rpc) => unseenCredits(rpc, prover, read, block, addresses),
    'what contracts sent us',
  );
}

/** @throws UnprovenAnswerError when they are not the same for an address of the first */
export function requireOneAmount({ hash }: Block, [first, ...others]: readonly Credits[]): void {
  for (const [address, amount] of first ?? []) {
    const other = others.find((credits) => credits.get(address) !== amount);
    if (other === undefined) continue;
    const words = `${amount} and ${other.get(address)} wei`;
    throw new UnprovenAnswerError(
      hash,
      `endpoints contradict each other about what contracts sent ${address}: ${words}`,
    );
  }
}

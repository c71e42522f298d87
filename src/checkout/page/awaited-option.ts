import { type OptionView } from '../../payments/payment.view.js';

type Depth = Pick<
  OptionView,
  'amount_received' | 'amount_confirmed' | 'confirmations' | 'required_confirmations'
>;

/**
 * What a payment waits for that has its money on several chains: of the options whose money is not deep enough yet, the
 * one with most blocks to go. Those that wait for the chain's own finality have no number of blocks, and come last.
 * @returns undefined: none waits
 */
export function awaitedOption<Option extends Depth>(options: readonly Option[]): Option | undefined {
  return options
    .filter((option) => BigInt(option.amount_confirmed) < BigInt(option.amount_received))
    .sort((one, other) => blocksToGo(other) - blocksToGo(one))
    .at(0);
}

function blocksToGo({ confirmations, required_confirmations: required }: Depth): number {
  return required === null ? 0 : required - confirmations;
}

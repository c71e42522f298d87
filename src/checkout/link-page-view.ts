import { type GivenAnswer } from '../payment-links/answers.js';
import { type AmountProblem } from '../payment-links/link-price.js';
import { type LinkState } from '../payment-links/link-visits.js';
import { pageBrand } from './page/brand.js';
import { moneyText } from './page/build-page-view.js';
import { type LinkPageView } from './page/link-page.js';

/** What was sent and could not be taken. */
export interface GivenForm {
  amount: string;
  amountProblem: AmountProblem | null;
  answers: readonly GivenAnswer[];
  /** The form was not made for the link as it is now. */
  isStale: boolean;
}

export function linkPageView(
  { link, price: { currency, chain, amount, min, max }, merchant, brand, left }: LinkState,
  language: string,
  nonce: string,
  given: GivenForm | null = null,
): LinkPageView {
  const problem = given?.amountProblem ?? null;
  return {
    token: link.token,
    merchant,
    brand: pageBrand(brand),
    title: link.title,
    description: link.description,
    price: amount === null ? null : moneyText({ amount, currency, chain }, language),
    amount:
      amount === null
        ? {
            currency,
            min: min && moneyText({ amount: min, currency, chain }, language),
            max: max && moneyText({ amount: max, currency, chain }, language),
            value: given?.amount ?? '',
            problem: problem === null ? null : AMOUNT_PROBLEMS[problem],
          }
        : null,
    left,
    fields: link.fields.map(({ label, required, max_length: maxLength }, index) => {
      const answer = given?.answers[index];
      return {
        label,
        isRequired: required,
        maxLength,
        value: answer?.value ?? '',
        problem: answer && answer.problem !== null ? `link_${answer.problem}` : null,
      };
    }),
    nonce,
    notice: given === null ? null : given.isStale ? 'link_changed' : 'link_check',
  };
}

const AMOUNT_PROBLEMS = {
  wrong: 'link_amount_wrong',
  low: 'link_amount_least',
  high: 'link_amount_most',
} as const satisfies Record<AmountProblem, string>;

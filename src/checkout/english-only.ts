/** Texts that a language's file does not have yet: English until it does. */
export const ENGLISH_ONLY: Readonly<Record<string, string>> = {
  link_amount: 'Amount in {currency}',
  link_amount_between: 'From {min} to {max}.',
  link_amount_least: 'At least {min}.',
  link_amount_most: 'At most {max}.',
  link_amount_wrong: 'Enter an amount, such as 12.50.',
  link_optional: 'optional',
  link_missing: 'Please fill this in.',
  link_too_long: 'At most {most} characters.',
  link_left: 'Left: {left}',
  link_continue: 'Continue to payment',
  link_check: 'Please check what is marked below.',
  link_changed: 'The page was open for long, or the offer has changed. Check it, and continue.',
  link_sold_out: 'Sold out',
  link_sold_out_hint:
    'Everything is sold or being paid for. Look again later: what is not paid for comes back.',
  link_ended: 'This link is no longer active',
  link_ended_hint: 'Ask the shop for a new one.',
  link_unpriced: 'No price can be given just now',
  link_unpriced_hint: 'Nothing was charged. Try again in a few minutes.',
  link_busy: 'Many payments are open just now',
  link_busy_hint: 'Nothing was charged. Try again in a few minutes.',
};

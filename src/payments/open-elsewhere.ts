/**
 * How many payments money may still come for, by chains other than those given: $1 is an array of chain ids. Any client
 * of Postgres will do.
 */
export const OPEN_ELSEWHERE = `
  SELECT option.chain_id, count(DISTINCT payment.id)::int AS payments
  FROM payments payment JOIN payment_options option ON option.payment_id = payment.id
  WHERE payment.status IN ('pending', 'partially_paid', 'detected') AND option.chain_id <> ALL($1::bigint[])
  GROUP BY option.chain_id ORDER BY option.chain_id`;

export interface OpenElsewhere {
  chain_id: string;
  payments: number;
}

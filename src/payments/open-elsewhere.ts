/**
 * How many payments money may still come for, by chains other than those given: $1 is an array of chain ids. Any client
 * of Postgres will do.
 */
export const OPEN_ELSEWHERE = `
  SELECT chain_id, count(*)::int AS payments FROM payments
  WHERE status IN ('pending', 'partially_paid', 'detected') AND chain_id <> ALL($1::bigint[])
  GROUP BY chain_id ORDER BY chain_id`;

export interface OpenElsewhere {
  chain_id: string;
  payments: number;
}

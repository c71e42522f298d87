/** A node of `EXPLAIN (ANALYZE, FORMAT JSON)`, as far as it is looked at. */
export interface Plan {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Plan[];
}

/** Rows that scans came by, whether they were wanted or not. */
export function rowsVisited(plan: Plan): number {
  const isScan = plan['Node Type'].includes('Scan');
  const own = isScan
    ? (plan['Actual Rows'] +
        (plan['Rows Removed by Filter'] ?? 0) +
        (plan['Rows Removed by Index Recheck'] ?? 0)) *
      plan['Actual Loops']
    : 0;
  return (plan.Plans ?? []).reduce((sum, one) => sum + rowsVisited(one), own);
}

/** Whether a table was read from end to end. */
export function scannedWhole(plan: Plan): boolean {
  return plan['Node Type'].endsWith('Seq Scan') || (plan.Plans ?? []).some(scannedWhole);
}

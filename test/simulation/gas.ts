import { type TestApp } from '../harness/app.js';
import { type TestChain } from '../harness/test-chain.js';

/**
 * Gas that was sent twice for one purpose, and gas that came back beyond what was sent and not used. More is sent later where it became
 * dearer meanwhile, but not before what was sent first was used, or had its time
 * (`SWEEP_BUMP_AFTER`). A sweep of native money pays its fee of what it sweeps: that uses none of the gas which was sent.
 */
export async function gasDifferences(app: TestApp, nodes: readonly TestChain[]): Promise<string[]> {
  const { database, settings } = app;
  const rows = await database.dataSource.query<{ line: string }[]>(
    `SELECT 'gas ' || again.id || ' was sent to ' || again.recipient || ' beside ' || first.id AS line
       FROM outgoing_transactions first JOIN outgoing_transactions again ON again.id > first.id
         AND again.chain_id = first.chain_id AND again.recipient = first.recipient AND again.subject_id = first.subject_id
       WHERE first.purpose = 'gas' AND again.purpose = 'gas' AND first.state <> 'failed'
         AND again.created_at < first.created_at + make_interval(secs => $1)
         AND NOT EXISTS (SELECT FROM outgoing_transactions used WHERE used.chain_id = first.chain_id
           AND used.from_address = first.recipient AND used.id > first.id AND used.id < again.id)
     UNION ALL
     SELECT 'of gas ' || back.sum || ' came back from ' || last.from_address || ' by ' || last.id || ', and ' || sent.sum
         || ' were sent, ' || used.sum || ' of it used'
       FROM outgoing_transactions last
       CROSS JOIN LATERAL (
         SELECT sum(amount + fee) AS sum FROM outgoing_transactions back WHERE back.chain_id = last.chain_id
           AND back.from_address = last.from_address AND back.purpose = 'gas_return' AND back.id <= last.id
           AND back.state IN ('mined','confirmed')) AS back
       CROSS JOIN LATERAL (
         SELECT coalesce(sum(amount), 0) AS sum FROM outgoing_transactions gas WHERE gas.chain_id = last.chain_id
           AND gas.recipient = last.from_address AND gas.purpose = 'gas' AND gas.id < last.id
           AND gas.state IN ('mined','confirmed')) AS sent
       CROSS JOIN LATERAL (
         SELECT coalesce(sum(fee), 0) AS sum FROM outgoing_transactions used WHERE used.chain_id = last.chain_id
           AND used.from_address = last.from_address AND used.purpose <> 'gas_return' AND used.id < last.id
           AND NOT (used.purpose = 'sweep' AND used.token_address IS NULL) AND used.state IN ('mined','confirmed')) AS used
       WHERE last.purpose = 'gas_return' AND last.state IN ('mined','confirmed') AND back.sum > sent.sum - used.sum`,
    [settings.sweepBumpAfterMs / 1000],
  );
  const beside = await Promise.all(nodes.map((node) => sentBesides(app, node)));
  return [...rows.map(({ line }) => line), ...beside.flat()];
}

/**
 * Gas that was signed while other gas was under way to the same address, which the scan had not come to: its block is above
 * the one that was signed by. Of what was signed after the last reorg, which may mine the first above where it was.
 */
async function sentBesides({ database }: TestApp, { config, lastReorgAtMs }: TestChain): Promise<string[]> {
  const rows = await database.dataSource.query<{ line: string }[]>(
    `SELECT 'gas ' || again.id || ' was signed after block ' || again.signed_after_block || ', while ' || first.id
         || ' of block ' || first.block_number || ' was under way to ' || first.recipient AS line
       FROM outgoing_transactions first JOIN outgoing_transactions again ON again.id > first.id
         AND again.chain_id = first.chain_id AND again.recipient = first.recipient
       WHERE first.chain_id = $1 AND first.purpose = 'gas' AND again.purpose = 'gas'
         AND first.created_at > to_timestamp($2::float8 / 1000) AND again.signed_after_block < first.block_number`,
    [config.chainId, lastReorgAtMs],
  );
  return rows.map(({ line }) => line);
}

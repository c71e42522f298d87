import { type TestApp } from '../harness/app.js';
import { type TestChain } from '../harness/test-chain.js';

/**
 * Gas that was sent twice for one purpose, and gas that came back beyond what was sent. More is sent later where it became
 * dearer meanwhile, but not before what was sent first was used, or had its time
 * (`SWEEP_BUMP_AFTER`).
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
     SELECT 'of gas ' || sum(amount + fee) || ' came back from ' || from_address || ', and ' || sent.sum || ' were sent'
       FROM outgoing_transactions back CROSS JOIN LATERAL (
         SELECT coalesce(sum(amount), 0) AS sum FROM outgoing_transactions gas
         WHERE gas.purpose = 'gas' AND gas.recipient = back.from_address AND gas.state IN ('mined','confirmed')) AS sent
       WHERE back.purpose = 'gas_return' AND back.state IN ('mined','confirmed')
       GROUP BY from_address, sent.sum HAVING sum(amount + fee) > sent.sum`,
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

import { type RpcEndpoint } from '../chain/rpc/rpc-endpoint.js';
import { type SweepConfig } from '../config/chains.js';
import { PLAIN_TRANSFER_GAS } from '../outgoing/gas.js';
import { type Finding, warning } from './finding.js';

/** Of each endpoint, and by whatever words it refuses: plans without traces say so in many ways. */
export async function traceFindings(part: string, label: string, rpc: RpcEndpoint): Promise<Finding[]> {
  const said = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: Error) => error.message,
    );
  const { hash, number } = await rpc.call('eth_getBlockByNumber', ['latest', false]);
  const debug = await said(rpc.call('debug_traceBlockByHash', [hash, { tracer: 'callTracer' }]));
  if (debug === null || (await said(rpc.call('trace_block', [`0x${number.toString(16)}`]))) === null)
    return [];
  return [
    warning(
      part,
      `${label} gives no traces (${debug}), and internal_transfers is trace: what contracts send is found by other endpoints, or not at all`,
      'take a plan that has debug_traceBlockByHash or trace_block, or set internal_transfers to balance',
    ),
  ];
}

/** A limit in gwei where wei were meant keeps everything waiting for good. */
export async function gasFindings(
  part: string,
  label: string,
  { maxGasPrice, maxFee }: SweepConfig,
  rpc: RpcEndpoint,
): Promise<Finding[]> {
  const price = await rpc.call('eth_gasPrice', []).catch(() => null);
  if (price === null) return [];
  const never = 'nothing is swept or paid back at that';
  const found: Finding[] = [];
  if (maxGasPrice !== undefined && maxGasPrice < price)
    found.push(
      warning(
        part,
        `max_gas_price is ${maxGasPrice} wei, and gas costs ${price} at ${label} now: ${never}`,
        'raise it, or wait for gas to be cheaper; it is in wei (1 gwei is 1000000000)',
      ),
    );
  if (maxFee !== undefined && maxFee < price * PLAIN_TRANSFER_GAS)
    found.push(
      warning(
        part,
        `max_fee is ${maxFee} wei, and the cheapest transfer costs ${price * PLAIN_TRANSFER_GAS} at ${label} now: ${never}`,
        'raise it; it is in wei',
      ),
    );
  return found;
}

import { type FaultyRpc } from '../harness/faulty-rpc.js';
import { failure, newerForkFrom, restartingLogNumbers, shortReceipts } from '../harness/faulty-rpc-faults.js';
import { type Random } from './random.js';

const NO_SUCH_METHOD = failure(-32_601, 'the method does not exist/is not available');
const RECEIPTS = ['eth_getBlockReceipts', 'eth_getTransactionReceipt', 'eth_getLogs'];

const HABITS: readonly { name: string; take: (node: FaultyRpc) => void }[] = [
  {
    name: 'no proofs',
    take: (node) =>
      node.hasHabit(['eth_getProof'], failure(-32_602, 'distance to target block exceeds window')),
  },
  { name: 'no block receipts', take: (node) => node.hasHabit(['eth_getBlockReceipts'], NO_SUCH_METHOD) },
  { name: 'short receipts', take: (node) => node.hasHabit(['eth_getBlockReceipts'], shortReceipts()) },
  {
    name: 'log numbers anew in each transaction',
    take: (node) => node.hasHabit(RECEIPTS, restartingLogNumbers()),
  },
  { name: 'batches of three', take: (node) => void (node.mostCalls = 3) },
  { name: 'no tip method', take: (node) => node.hasHabit(['eth_maxPriorityFeePerGas'], NO_SUCH_METHOD) },
];

/** Gives the nodes of a chain some habits, each to all of them: it is the software that they run. @returns which */
export function takeHabits(random: Random, nodes: readonly FaultyRpc[]): string[] {
  const taken = HABITS.filter(() => random.chance(0.25));
  for (const node of nodes) taken.forEach(({ take }) => take(node));
  return taken.map(({ name }) => name);
}

/** The chain comes to a fork that adds a field to its headers. */
export function fork(nodes: readonly FaultyRpc[], fromBlock: number): void {
  for (const node of nodes)
    node.hasHabit(['eth_getBlockByNumber', 'eth_getBlockByHash'], newerForkFrom(fromBlock));
}

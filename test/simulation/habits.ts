import { type AnswerFault, type FaultyRpc } from '../harness/faulty-rpc.js';
import {
  failure,
  inCapitals,
  newerForkFrom,
  receiptsBackwards,
  restartingLogNumbers,
  shortReceipts,
  withoutFields,
} from '../harness/faulty-rpc-faults.js';
import { type Random } from './random.js';

const NO_SUCH_METHOD = failure(-32_601, 'the method does not exist/is not available');
const BLOCKS = ['eth_getBlockByNumber', 'eth_getBlockByHash'];
const RECEIPTS = ['eth_getBlockReceipts', 'eth_getTransactionReceipt'];
/** What nodes leave out that others tell (older ones, and those of other chains). */
const OPTIONAL = [
  'effectiveGasPrice',
  'type',
  'contractAddress',
  'transactionIndex',
  'removed',
  'blockTimestamp',
];
const MOST_IN_BATCH = 3;

interface Habit {
  methods: readonly string[];
  fault: AnswerFault;
}

/** How the software of nodes differs. Of two habits of one method, the upper one changes what the lower one answers. */
const HABITS = {
  'no block receipts': { methods: ['eth_getBlockReceipts'], fault: NO_SUCH_METHOD },
  'no tip method': { methods: ['eth_maxPriorityFeePerGas'], fault: NO_SUCH_METHOD },
  'no proofs': {
    methods: ['eth_getProof'],
    fault: failure(-32_602, 'distance to target block exceeds maximum proof window'),
  },
  'hexadecimal in capitals': { methods: [...BLOCKS, ...RECEIPTS, 'eth_getLogs'], fault: inCapitals() },
  'optional fields left out': { methods: RECEIPTS, fault: withoutFields(...OPTIONAL) },
  'receipts backwards': { methods: ['eth_getBlockReceipts'], fault: receiptsBackwards() },
  'short receipts': { methods: ['eth_getBlockReceipts'], fault: shortReceipts() },
  'log numbers anew in each transaction': {
    methods: [...RECEIPTS, 'eth_getLogs'],
    fault: restartingLogNumbers(),
  },
} satisfies Record<string, Habit>;

const SMALL_BATCHES = 'batches of three';
/** Its chain comes to it in the midst of a seed. */
export const FORK = 'a fork that adds a field to headers';

export type HabitName = keyof typeof HABITS | typeof SMALL_BATCHES | typeof FORK;
export const HABIT_NAMES = [...Object.keys(HABITS), SMALL_BATCHES, FORK] as HabitName[];

/** The habits of a chain's nodes, each of all of them: it is the software that they run. */
export class Habits {
  private readonly counts = new Map<HabitName, number>();
  isForked = false;

  private constructor(
    readonly names: readonly HabitName[],
    private readonly nodes: readonly FaultyRpc[],
  ) {}

  /** @param named these and no others; without it, some by chance */
  static take(random: Random, nodes: readonly FaultyRpc[], named?: readonly HabitName[]): Habits {
    const drawn = HABIT_NAMES.filter((name) => name !== FORK && random.chance(0.25));
    const habits = new Habits(named ?? drawn, nodes);
    for (const name of habits.names) habits.begin(name);
    return habits;
  }

  /** Calls that met each of them. */
  get met(): ReadonlyMap<HabitName, number> {
    const refused = this.nodes.reduce((sum, { refusedInBatch }) => sum + refusedInBatch, 0);
    return new Map([...this.counts, [SMALL_BATCHES, refused]]);
  }

  /** The chain comes to a fork, once. @returns whether it did */
  fork(fromBlock: number): boolean {
    if (this.isForked) return false;
    this.isForked = true;
    this.give(FORK, { methods: BLOCKS, fault: newerForkFrom(fromBlock) });
    return true;
  }

  private begin(name: HabitName): void {
    if (name === FORK) return;
    if (name === SMALL_BATCHES) this.nodes.forEach((node) => (node.mostCalls = MOST_IN_BATCH));
    else this.give(name, HABITS[name]);
  }

  private give(name: HabitName, { methods, fault }: Habit): void {
    const onMet = () => this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    for (const node of this.nodes) node.hasHabit(methods, fault, onMet);
  }
}

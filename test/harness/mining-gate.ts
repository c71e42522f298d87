/** Reads of a node that are under way, and who waits for them to end. */
interface Gate {
  reads: Set<Promise<unknown>>;
  /** Ends when the node has mined, where it does so now. */
  mining: Promise<void> | null;
}

const gates = new Map<string, Gate>();

/**
 * Anvil says for a moment what another block's state has while it mines or undoes blocks, whatever the hash that was asked
 * for (107 of 9,000 balances, while it mined). Real nodes do not, so that tests have it do one thing at a time.
 * @param url of the node
 */
export async function readBetweenBlocks<T>(url: string, read: () => Promise<T>): Promise<T> {
  const gate = gateOf(url);
  while (gate.mining !== null) await gate.mining;
  const reading = read();
  gate.reads.add(reading);
  try {
    return await reading;
  } finally {
    gate.reads.delete(reading);
  }
}

/** Mines, or undoes, when what was asked of the node before is answered; what is asked meanwhile waits. */
export async function mineBetweenReads<T>(url: string, mine: () => Promise<T>): Promise<T> {
  const gate = gateOf(url);
  while (gate.mining !== null) await gate.mining;
  let done: () => void = () => undefined;
  gate.mining = new Promise((resolve) => (done = resolve));
  try {
    await Promise.allSettled(gate.reads);
    return await mine();
  } finally {
    gate.mining = null;
    done();
  }
}

/** Of a node that has ended. */
export function forgetGate(url: string): void {
  gates.delete(url);
}

function gateOf(url: string): Gate {
  const gate = gates.get(url) ?? { reads: new Set(), mining: null };
  gates.set(url, gate);
  return gate;
}

import { type Block } from '../chain/blocks/block.js';
import { GROUP, GROUPS_AT_ONCE } from './read-blocks.js';

/** So many are read, or being read, before those in front of them are taken. */
const GROUPS_AHEAD = 10;

type Blocks = (Block | null)[];

interface Group {
  from: number;
  blocks: Promise<Blocks>;
  /** Null as long as it is being read. */
  result: Blocks | null;
}

/**
 * While catching up, the node answers for the blocks to come while Postgres takes those before them. What waits is
 * bounded, and so is what the node is asked at once.
 */
export class ReadAhead {
  private groups: Group[] = [];
  private next = 0;
  private head = 0;

  constructor(private readonly readBlocks: (from: number, to: number) => Promise<Blocks>) {}

  /** Begins to read the blocks from `from` up to the head, unless they are being read already. */
  read(from: number, head: number): void {
    if ((this.groups[0]?.from ?? this.next) !== from) this.forget(from);
    this.head = Math.max(this.head, head);
    this.fill();
  }

  /**
   * Waits for the first group, and takes those after it that are there as well.
   * @param atMost blocks, when that is more than a group
   * @returns what was read from `from` on, by whatever branch the node had then
   * @throws what the reading of the first group failed with; the next time it is read again
   */
  async take(from: number, atMost: number): Promise<Blocks> {
    const taken: Blocks = [];
    try {
      await this.groups[0]?.blocks;
    } catch (error) {
      this.forget(from);
      throw error;
    }
    for (let [group] = this.groups; group?.result; [group] = this.groups) {
      if (taken.length > 0 && taken.length + group.result.length > atMost) break;
      taken.push(...group.result);
      this.groups.shift();
    }
    this.fill();
    return taken;
  }

  private forget(next: number): void {
    this.groups = [];
    this.next = next;
    this.head = 0;
  }

  private fill(): void {
    const isReading = () => this.groups.filter(({ result }) => result === null).length;
    while (this.next <= this.head && this.groups.length < GROUPS_AHEAD && isReading() < GROUPS_AT_ONCE) {
      const to = Math.min(this.head, this.next + GROUP - 1);
      this.groups.push(this.start(this.next, to));
      this.next = to + 1;
    }
  }

  private start(from: number, to: number): Group {
    const group: Group = { from, blocks: this.readBlocks(from, to), result: null };
    const onRead = (result: Blocks) => {
      group.result = result;
      if (this.groups.includes(group)) this.fill();
    };
    // A failure is whose who takes the group; until then, it is nobody's.
    group.blocks.then(onRead).catch(() => undefined);
    return group;
  }
}

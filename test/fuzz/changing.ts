import { type AnswerFault, type Ask, type Call } from '../harness/faulty-rpc.js';
import { type Random } from '../simulation/random.js';
import { mutated } from './mutations.js';

/** Each answer of a node in its own way. @param told gets how each of them was changed */
export function changing(random: Random, told: string[]): AnswerFault {
  return {
    kind: 'answer',
    answer: async (call, ask) => {
      const answer = await ask(call);
      if (!('result' in answer)) return answer;
      const mutation = mutated(random, answer.result, await others(call, ask));
      told.push(mutation.how);
      return mutation.answer;
    },
  };
}

/** What the node says of the block before, by the same method. */
async function others({ method, params }: Call, ask: Ask): Promise<unknown[]> {
  const [subject, ...rest] = params;
  if (!method.endsWith('ByNumber') || typeof subject !== 'string' || !subject.startsWith('0x')) return [];
  const before = await ask({
    method,
    params: [`0x${Math.max(0, Number(subject) - 1).toString(16)}`, ...rest],
  });
  return 'result' in before ? [before.result] : [];
}

/** What nobody caught, and what an unchecked answer looks like in the log. */
export class Unhandled {
  private readonly reasons: unknown[] = [];
  private logRead = 0;
  private readonly on = (reason: unknown) => this.reasons.push(reason);

  constructor() {
    process.on('unhandledRejection', this.on);
  }

  stop(): void {
    process.off('unhandledRejection', this.on);
  }

  /** The log of another app is read from its beginning. */
  begin(): void {
    this.logRead = 0;
  }

  /** Since it was last asked. @returns null: nothing */
  found(log: readonly string[]): string | null {
    if (this.reasons.length > 0) return `nobody handled: ${String(this.reasons.splice(0)[0])}`;
    const lines = log.slice(this.logRead);
    this.logRead = log.length;
    const odd = lines.find((line) =>
      /TypeError|RangeError|is not a function|Cannot (read|convert|mix)/.test(line),
    );
    return odd === undefined ? null : `an answer was read unchecked: ${odd.slice(0, 500)}`;
  }
}

import { RpcError } from '../rpc/rpc-error.js';

/** Endpoints say different things of one and the same block, or of what a call would come to. */
export class DisagreementError extends RpcError {
  constructor(method: string, answers: readonly unknown[]) {
    const said = [...new Set(answers.map(String))].join(', ');
    super('the pool', method, `endpoints contradict each other about one block: ${said}`);
  }
}

/** What all say; undefined: they do not say the same. */
export function oneOf<T>(answers: readonly T[]): T | undefined {
  const [first] = answers;
  return answers.every((answer) => answer === first) ? first : undefined;
}

/** @throws DisagreementError */
export function agreed<T>(method: string, answers: readonly T[]): T {
  const one = oneOf(answers);
  if (one === undefined) throw new DisagreementError(method, answers);
  return one;
}

/** Null: nobody names an amount. */
export function most(answers: readonly (bigint | null)[]): bigint | null {
  return answers.reduce(
    (one, other) => (one === null || (other !== null && other > one) ? other : one),
    null,
  );
}

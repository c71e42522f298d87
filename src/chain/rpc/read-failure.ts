import { RpcError } from './rpc-error.js';
import { WrongShapeError } from './unproven-answer.js';

/**
 * What an error tells of the endpoint whose answers were being read. What the language or a decoder throws at an answer
 * is the answer's fault: it was not what it was taken for.
 * @param what was read, for the message
 * @returns null for every other error: it is ours, as that of our database, and says nothing of the endpoint
 */
export function failureOf(error: unknown, what: string): RpcError | null {
  if (error instanceof RpcError) return error;
  if (isOfReading(error)) return new WrongShapeError('the node', what, (error as Error).message);
  return null;
}

function isOfReading(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof SyntaxError ||
    isOfEthers(error)
  );
}

/** ethers' decoders throw plain errors with these codes. */
function isOfEthers(error: unknown): boolean {
  const { code, shortMessage } = error as { code?: unknown; shortMessage?: unknown };
  return (
    typeof shortMessage === 'string' &&
    ['BAD_DATA', 'BUFFER_OVERRUN', 'NUMERIC_FAULT', 'INVALID_ARGUMENT'].includes(String(code))
  );
}

import { afterRunningMs } from '../../process/running-time.js';
import { RpcError } from './rpc-error.js';

/**
 * Waits no longer than this for an answer, which may still come, and is then left behind. What came while this process
 * stood still is read first.
 * @throws RpcError
 */
export async function withinMs<T>(ms: number, answer: Promise<T>): Promise<T> {
  let takeBack: (() => void) | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    takeBack = afterRunningMs(ms, () =>
      reject(new RpcError('the node', 'in time', `no answer within ${ms} ms`)),
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    takeBack?.();
    // Nobody is left to take what it ends with.
    answer.catch(() => undefined);
  }
}

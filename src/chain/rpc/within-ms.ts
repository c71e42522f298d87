import { RpcError } from './rpc-error.js';

/** Waits no longer than this for an answer, which may still come, and is then left behind. @throws RpcError */
export async function withinMs<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RpcError('the node', 'in time', `no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    // Nobody is left to take what it ends with.
    answer.catch(() => undefined);
  }
}

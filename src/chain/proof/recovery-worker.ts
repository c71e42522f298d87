import { parentPort } from 'node:worker_threads';
import { KEY_BYTES, keyOf, SIGNED_BYTES } from './recovered-key.js';

/** Takes any number of what `keyOf` takes in one piece, and gives as many keys; zeros where there is none. */
parentPort?.on('message', (signed: Uint8Array) => {
  const keys = new Uint8Array((signed.length / SIGNED_BYTES) * KEY_BYTES);
  for (let index = 0; index * SIGNED_BYTES < signed.length; index++) {
    const key = keyOf(signed.subarray(index * SIGNED_BYTES, (index + 1) * SIGNED_BYTES));
    if (key !== null) keys.set(key, index * KEY_BYTES);
  }
  parentPort?.postMessage(keys);
});

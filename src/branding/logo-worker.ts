import { parentPort, workerData } from 'node:worker_threads';
import { UnusableLogoError } from './logo-format.js';
import { drawLogo, type Logo } from './logo-image.js';

/** What a worker's only message is: the logo, or what is wrong with it. */
export type DrawnLogo = { logo: Logo } | { problem: string };

parentPort?.postMessage(drawn(Buffer.from(workerData as Uint8Array)));

function drawn(bytes: Buffer): DrawnLogo {
  try {
    return { logo: drawLogo(bytes) };
  } catch (error) {
    if (error instanceof UnusableLogoError) return { problem: error.message };
    throw error;
  }
}

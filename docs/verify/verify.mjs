// WEBHOOK_SECRET=whsec_… node verify.mjs <webhook-id> <webhook-timestamp> <webhook-signature> < body
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';

// `body` is the request's raw bytes: parsing and printing the JSON again would change them.
export function verify(secret, id, timestamp, signatures, body) {
  const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) <= 5 * 60;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  const expected = Buffer.from(`v1,${mac}`);
  const given = signatures.split(' ').map((signature) => Buffer.from(signature));
  return isFresh && given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
}

const [id = '', timestamp = '', signatures = ''] = process.argv.slice(2);
const isOurs = verify(process.env.WEBHOOK_SECRET, id, timestamp, signatures, readFileSync(0));
console.log(isOurs ? 'verified' : 'refused');
process.exitCode = isOurs ? 0 : 1;

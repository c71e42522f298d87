// WEBHOOK_SECRET=whsec_… node return.mjs <payment id of the order> <the URL that the customer came back to>
import { createHmac, timingSafeEqual } from 'node:crypto';

function verifyReturn(secret, paymentId, url) {
  const { payment_id, status, timestamp, signature = '' } = Object.fromEntries(new URL(url).searchParams);
  const isFresh = /^\d+$/.test(timestamp) && Math.abs(Date.now() / 1000 - timestamp) <= 5 * 60;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  const signed = `return.${paymentId}.${status}.${timestamp}`;
  const expected = createHmac('sha256', key).update(signed).digest();
  const given = signature.split(',').map((hex) => Buffer.from(hex, 'hex'));
  const matches = given.some((mac) => mac.length === expected.length && timingSafeEqual(mac, expected));
  return isFresh && payment_id === paymentId && matches ? status : null;
}

const status = verifyReturn(process.env.WEBHOOK_SECRET, ...process.argv.slice(2));
console.log(status ?? 'refused');
process.exit(status === null ? 1 : 0);

import { generateKeyPairSync, sign } from 'node:crypto';

/** DER tags of X.509 (RFC 5280). */
const TAG = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
};
const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';
const SUBJECT_ALT_NAME = '551d11';
const BASIC_CONSTRAINTS = '551d13';

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}
const sequence = (...parts: Buffer[]) => der(TAG.sequence, ...parts);
const oid = (hex: string) => der(TAG.oid, Buffer.from(hex, 'hex'));
const time = (date: Date) => der(TAG.time, Buffer.from(`${date.toISOString().replace(/[-:T]|\.\d+/g, '')}`));
const isTrue = Buffer.from('0101ff', 'hex');

/** A self-signed certificate, made on the spot, in PEM; for localhost and 127.0.0.1, unless it is for another host. */
export function selfSigned({
  from = new Date(Date.now() - 86_400_000),
  until = new Date(Date.now() + 86_400_000),
  host = null,
}: { from?: Date; until?: Date; host?: string | null } = {}) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  const name = sequence(der(TAG.set, sequence(oid(COMMON_NAME), der(TAG.utf8, Buffer.from('test')))));
  const here = [der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1]))];
  const names = sequence(...(host === null ? here : [der(0x82, Buffer.from(host))]));
  const extensions = sequence(
    sequence(oid(SUBJECT_ALT_NAME), der(TAG.octets, names)),
    sequence(oid(BASIC_CONSTRAINTS), isTrue, der(TAG.octets, sequence(isTrue))),
  );
  const toSign = sequence(
    der(0xa0, der(TAG.integer, Buffer.from([2]))),
    der(TAG.integer, Buffer.from([1])),
    algorithm,
    name,
    sequence(time(from), time(until)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, extensions),
  );
  const signature = der(TAG.bits, Buffer.from([0]), sign('sha256', toSign, privateKey));
  const body = sequence(toSign, algorithm, signature).toString('base64').replace(/.{64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
  };
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { selfSigned } from '../harness/certificate.js';
import { tempFolder } from '../harness/temp-folder.js';
import { certificatesFile } from '../../src/config/certificates-file.js';
import { databaseUrl } from '../../src/config/database-url.js';
import { loadSettings } from '../../src/config/load-settings.js';

const folder = tempFolder();
afterAll(() => folder.remove());
const file = (name: string, content: string) => {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return path;
};
const { cert, key } = selfSigned();
const good = file('good.pem', `a heading\n${cert}${selfSigned().cert}`);
const URL_ = 'postgres://shop:hunter2@db.example/shop';

describe('what DATABASE_URL says of TLS', () => {
  it.each([
    ['?sslmode=requird', /sslmode="requird", which is not known; did you mean require\?/],
    ['?sslmode=REQUIRE', /did you mean require\?/],
    ['?sslmode=allow', /choose from disable, prefer, require/],
    ['?sslmode=', /sslmode=""/],
    ['?sslmode=disable&sslmode=require', /has sslmode twice/],
    ['?ssl_mode=require', /parameter "ssl_mode", .* did you mean sslmode\?/],
    ['?sslmod=require', /did you mean sslmode\?/],
    ['?ssl=ture', /ssl="ture"/],
    ['?schema=shop', /parameter schema, which nobody reads/],
    ['?sslrootcert=system', /leave it out/],
    ['?sslrootcert=/nowhere/ca.pem', /cannot be read \(ENOENT\)/],
  ])('refuses %s, which would be passed over', (parameters, why) => {
    expect(() => databaseUrl(URL_ + parameters)).toThrow(why);
    expect(() => databaseUrl(URL_ + parameters)).not.toThrow(/hunter2/);
  });

  it.each([
    '',
    '?sslmode=require&channel_binding=require',
    '?sslmode=no-verify&application_name=shop',
    '?ssl=true&sslcrl=/x',
    '?sslmode=require&uselibpqcompat=true&connection_limit=5',
    `?sslmode=verify-full&sslrootcert=${good}`,
    '?host=/var/run/postgresql&options=-c%20search_path%3Dshop',
  ])('takes "%s"', (parameters) => expect(databaseUrl(URL_ + parameters)).toBe(URL_ + parameters));

  it.each(['disable', 'no-verify'])('asks for no certificates beside sslmode=%s', (mode) => {
    const settings = { DATABASE_URL: `${URL_}?sslmode=${mode}`, DATABASE_CA_FILE: good };
    expect(() => loadSettings(settings)).toThrow(/DATABASE_CA_FILE: is set, and DATABASE_URL says sslmode/);
  });
});

describe('a file of certificates', () => {
  it.each([
    ['nothing', '', /no certificate in PEM/],
    ['a page', '<html>404</html>', /no certificate in PEM/],
    ['a certificate that was cut off', cert.slice(0, 200), /no certificate in PEM/],
    ['a private key', key, /holds a private key/],
    ['a key beside it', cert + key, /holds a private key/],
    [
      'one that is damaged',
      cert + cert.replace(/(?<=BEGIN CERTIFICATE-----\n)..../, 'AAAA'),
      /2\. certificate cannot be read/,
    ],
  ])('is not one that holds %s', (_what, content, why) => {
    const path = file('wrong.pem', content);
    expect(() => certificatesFile(path)).toThrow(why);
    for (const name of ['DATABASE_CA_FILE', 'WEBHOOK_CA_FILE'])
      expect(() => loadSettings({ [name]: path })).toThrow(new RegExp(`${name}: names ${path}`));
  });

  it('is one with several, and text between them', () => expect(certificatesFile(good)).toBe(good));
});

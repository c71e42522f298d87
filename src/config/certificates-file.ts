import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { path } from './parsers.js';
import { UnusableValueError } from './unusable-value.error.js';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^]*?-----END \1-----/g;

/**
 * The path of a file of certificates in PEM. TLS takes a file with none in it for no trust at all, and says that the
 * server's certificate is wrong.
 */
export function certificatesFile(file: string): string {
  const blocks = [...contentOf(path(file)).matchAll(BLOCK)];
  const certificates = blocks.filter(
    ([, label]) => label === 'CERTIFICATE' || label === 'TRUSTED CERTIFICATE',
  );
  if (blocks.some(([, label]) => label?.endsWith('PRIVATE KEY')))
    throw new UnusableValueError(`names ${file}, which holds a private key; give the certificates alone`);
  if (certificates.length === 0)
    throw new UnusableValueError(
      `names ${file}, which has no certificate in PEM in it: a text between -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----; openssl x509 -inform der turns a file in DER into one`,
    );
  certificates.forEach(([text], index) => {
    try {
      new X509Certificate(text);
    } catch {
      throw new UnusableValueError(
        `names ${file}, whose ${index + 1}. certificate cannot be read; copy it again`,
      );
    }
  });
  return file;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UnusableValueError(`names ${file}, which cannot be read (${code})`, { cause: error });
  }
}

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { messageOf } from '../contract/errors.ts';

/** The files of one end of TLS, as the configuration names them. */
export interface TlsFiles {
  /** The certificate, and behind it those of its issuers. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** Whose certificates are trusted; several in one file. */
  readonly ca?: string | undefined;
  /** Revocation lists, one of each authority in `ca`. */
  readonly crl?: string | undefined;
}

/** What the files held, PEM, as Node takes it. */
export interface TlsMaterial {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly crl?: readonly string[];
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g;

/** The PEM blocks of that label in a text. */
export function pemBlocks(text: string, label: string): string[] {
  return [...text.matchAll(BLOCK)].flatMap(([block, found]) => (found === label ? [block] : []));
}

/**
 * Reads the files. Rejects with a message that names the file which is missing, cut off in the middle or not what it should
 * be, and with a certificate that does not belong to its key: nothing half-written is ever put into use.
 */
export async function readMaterial(files: TlsFiles): Promise<TlsMaterial> {
  const [cert, key, ca, lists] = await Promise.all([
    read(files.certificate, 'CERTIFICATE'),
    read(files.key),
    read(files.ca, 'CERTIFICATE'),
    read(files.crl, 'X509 CRL'),
  ]);
  // Node reads the first list of a text only.
  const crl = lists === undefined ? undefined : pemBlocks(lists, 'X509 CRL');
  const material: TlsMaterial = { ...(cert && { cert }), ...(key && { key }), ...(ca && { ca }), ...(crl && { crl }) };
  for (const [file, text] of [
    [files.certificate, cert],
    [files.ca, ca],
  ]) {
    for (const block of pemBlocks(text ?? '', 'CERTIFICATE')) certificateOf(block, file ?? '');
  }
  if (cert !== undefined && key !== undefined) mustFit(certificateOf(cert, files.certificate ?? ''), key, files);
  try {
    createSecureContext(contextOf(material));
  } catch (error) {
    const named = Object.values(files).filter((file) => file !== undefined);
    throw new Error(`${named.join(', ')}: ${messageOf(error)}`, { cause: error });
  }
  return material;
}

/** The material as createSecureContext, connect and createServer take it. */
export function contextOf({ crl, ...rest }: TlsMaterial): Omit<TlsMaterial, 'crl'> & { crl?: string[] } {
  return { ...rest, ...(crl && { crl: [...crl] }) };
}

async function read(file: string | undefined, label?: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`${file} can't be read: ${messageOf(error)}`, { cause: error });
  });
  const begun = text.match(/-----BEGIN /g)?.length ?? 0;
  if (begun > (text.match(/-----END [A-Z0-9 ]+-----/g)?.length ?? 0))
    throw new Error(`${file} is cut off in the middle`);
  if (label !== undefined && pemBlocks(text, label).length === 0) throw new Error(`${file} holds no ${nameOf(label)}`);
  return text;
}

const nameOf = (label: string): string => (label === 'CERTIFICATE' ? 'certificate' : 'revocation list');

function certificateOf(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new Error(`${file} holds a certificate that can't be read`, { cause: error });
  }
}

function mustFit(certificate: X509Certificate, key: string, files: TlsFiles): void {
  let fits: boolean;
  try {
    fits = certificate.checkPrivateKey(createPrivateKey(key));
  } catch (error) {
    throw new Error(`${files.key} holds no private key that can be used`, { cause: error });
  }
  if (!fits) throw new Error(`${files.certificate} does not go with its key, ${files.key}`);
}

import { existsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { capture } from '../../setup/command.mjs';
import { SetupError } from '../../setup/setup-error.mjs';
import type { Certificate } from './configuration-text.ts';
import type { Layout } from './layout.ts';

/** The demo's certificate for loopback, signed by itself; made at the first run with --tls. */
export async function demoCertificate(paths: Layout): Promise<Certificate> {
  const made = { certificate: paths.secret('tls.crt'), key: paths.secret('tls.key') };
  if (existsSync(made.certificate) && existsSync(made.key)) return made;
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', made.key];
  const names = ['-subj', '/CN=Baton demo', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'];
  const days = ['-days', '825', '-out', made.certificate];
  const { code, output } = await capture('openssl', ['req', '-x509', ...key, ...names, ...days]);
  if (code !== 0) throw new SetupError(`openssl made no certificate:\n${output}`);
  await chmod(made.key, 0o600);
  return made;
}

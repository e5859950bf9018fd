import { z } from 'zod';
import type { Option } from '../command.ts';

/** Files of a replica's TLS, with its primary and the primary's backups. */
export const secureOptions: readonly Option[] = [
  { flags: '--ca <file>', text: 'whose certificates are trusted, the primary’s and that of its backups' },
  { flags: '--crl <file>', text: 'revocation lists of those authorities' },
  { flags: '--certificate <file>', text: 'shown to both, with its --key' },
  { flags: '--key <file>', text: 'of the certificate' },
  {
    flags: '--no-verify-server',
    text: 'leaves the name in the primary’s certificate unchecked; without a CA, all of it',
  },
];

/** What they come to. */
export const secureFields = {
  ca: z.string().optional(),
  crl: z.string().optional(),
  certificate: z.string().optional(),
  key: z.string().optional(),
  verifyServer: z.boolean().default(true),
};

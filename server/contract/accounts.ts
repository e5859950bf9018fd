import { z } from 'zod';

/**
 * Databases and accounts that a primary is to have, as `baton server update --users FILE` reads them. What is there already
 * is left alone; what is missing is made.
 */
const grant = z.strictObject({
  /** "*.*", "database.*" or "database.table", as the names are: no wildcards. */
  on: z.string().regex(/^(\*\.\*|[^.`\0]{1,64}\.(\*|[^.`*\0]{1,64}))$/, '"*.*", "database.*" or "database.table"'),
  privileges: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z][A-Za-z ]*$/, 'the name of a privilege')
        .transform((text) => text.toUpperCase().replace(/^ALL$/, 'ALL PRIVILEGES')),
    )
    .min(1),
});

export const wantedAccount = z.strictObject({
  user: z.string().min(1).max(128),
  /** Host part of the account. */
  from: z.string().min(1).max(255).default('%'),
  passwordFile: z.string().min(1),
  require: z.enum(['none', 'ssl', 'x509']).default('none'),
  grants: z
    .array(grant)
    .default([])
    .refine(
      (grants) => !grants.some(({ on, privileges }) => on === '*.*' && privileges.includes('ALL PRIVILEGES')),
      'ALL PRIVILEGES on *.* makes another root: name what it needs',
    ),
});
export type WantedAccount = z.infer<typeof wantedAccount>;

const word = z.string().regex(/^[A-Za-z0-9_]+$/, 'letters, digits and _');
export const wantedDatabase = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[^`/\\.\0]+$/, 'no backquote, slash, backslash, dot'),
  characterSet: word.optional(),
  collation: word.optional(),
});
export type WantedDatabase = z.infer<typeof wantedDatabase>;

export const wantedAccounts = z.strictObject({
  databases: z.array(wantedDatabase).default([]),
  users: z.array(wantedAccount).default([]),
});
export type WantedAccounts = z.infer<typeof wantedAccounts>;

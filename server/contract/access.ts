import { z } from 'zod';
import { instant } from './snapshot.ts';

export const userRole = z.enum(['viewer', 'operator', 'admin']);
export type UserRole = z.infer<typeof userRole>;

/** The one server that a token of the role "takeover" may make the primary, and nothing else. */
export const takeoverScope = z.strictObject({ cluster: z.string().min(1).max(63), server: z.string().min(1).max(63) });
export type TakeoverScope = z.infer<typeof takeoverScope>;

/** A user's role, or that of a token which can plan and run a takeover of one server and nothing else. */
export const actorRole = z.enum([...userRole.options, 'takeover']);
export type ActorRole = z.infer<typeof actorRole>;

/** What a request may ask for; `may()` in server/access says which role has which. */
export const permission = z.enum(['view', 'operate', 'download', 'administer']);
export type Permission = z.infer<typeof permission>;

const credentials = z.strictObject({ username: z.string().min(1).max(200), password: z.string().min(1).max(1000) });
/** Or a takeover-only token, as the password that belongs to a takeover-url. */
export const signIn = z.union([credentials, z.strictObject({ takeoverPassword: z.string().min(1).max(1000) })]);
export type SignInRequest = z.infer<typeof signIn>;

/** GET /session: who is asking, and what they may. */
export const session = z.object({
  username: z.string(),
  role: actorRole,
  permissions: z.array(permission),
  /** Of the role takeover: what it may take over; else null. */
  takeover: takeoverScope.nullable(),
  /** null for an API token. */
  expiresAt: instant.nullable(),
});
export type Session = z.infer<typeof session>;

export const user = z.object({ username: z.string(), role: userRole, createdAt: instant });
export type User = z.infer<typeof user>;
export const newUser = z.strictObject({
  username: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/),
  password: z.string().min(10).max(1000),
  role: userRole,
});
export type NewUser = z.infer<typeof newUser>;
export const token = z.object({
  id: z.string(),
  name: z.string(),
  role: actorRole,
  takeover: takeoverScope.nullable(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
});
export type Token = z.infer<typeof token>;
/** POST /tokens answers this: the only time that the token itself is seen. */
export const createdToken = token.extend({ token: z.string() });
export type CreatedToken = z.infer<typeof createdToken>;
const tokenWords = {
  /** It stands in audits and on terminals: nothing that moves the cursor, turns the text round or can't be seen. */
  name: z
    .string()
    .max(100)
    .regex(/^(?!\s)[^\p{C}]+(?<!\s)$/u, 'visible characters, and spaces only between them'),
  expiresInDays: z.number().int().positive().max(3650).optional(),
};
/** A token of a user's role, or one for a takeover of one server alone. */
export const newToken = z.union([
  z.strictObject({ ...tokenWords, role: userRole }),
  z.strictObject({ ...tokenWords, takeover: takeoverScope }),
]);
export type NewToken = z.infer<typeof newToken>;

export const auditEntry = z.object({
  id: z.number(),
  at: instant,
  actor: z.string(),
  /** Address of the request; "cli" and "console" for those. */
  from: z.string(),
  /** sign-in, sign-out, takeover, dump-download, dump-request, user-add … */
  action: z.string(),
  cluster: z.string().nullable(),
  object: z.string().nullable(),
  result: z.string(),
  operationId: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof auditEntry>;

import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';

const derive: (password: string, salt: Buffer, length: number, options: ScryptOptions) => Promise<Buffer> =
  promisify(scrypt);

export interface ScryptCost {
  N: number;
  r: number;
  p: number;
}

/** As strong as OWASP's first choice (N=2^17, p=1) with a quarter of its memory: 32 MiB and about 0.2 s a sign-in. */
export const defaultCost: ScryptCost = { N: 2 ** 15, r: 8, p: 3 };

const saltBytes = 16;
const keyBytes = 32;
/** A hash string that asks for more than this is damaged, and would take the console's memory. */
const mostMemoryBytes = 256 * 1024 * 1024;

const format = /^scrypt\$N=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/;

/** "scrypt$N=…,r=…,p=…$SALT$KEY" with a fresh salt: the cost stands in it, so that it can rise without a migration. */
export async function hashPassword(password: string, cost: ScryptCost = defaultCost): Promise<string> {
  const salt = randomBytes(saltBytes);
  const key = await derive(normal(password), salt, keyBytes, withMemory(cost));
  return `scrypt$N=${cost.N},r=${cost.r},p=${cost.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** True when the password is the one of the hash; false for a damaged hash too. Takes as long either way. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const match = format.exec(hash);
  const [, N = '', r = '', p = '', salt = '', key = ''] = match ?? [];
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  if (match === null || 128 * cost.N * cost.r > mostMemoryBytes || cost.p > 16) return false;
  const expected = Buffer.from(key, 'base64url');
  try {
    const found = await derive(normal(password), Buffer.from(salt, 'base64url'), keyBytes, withMemory(cost));
    return found.length === expected.length && timingSafeEqual(found, expected);
  } catch (error) {
    // Node refuses an N that is no power of two; anything else is a bug.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The same characters can be typed as different code points (é on macOS and Linux). */
function normal(password: string): string {
  return password.normalize('NFKC');
}

function withMemory(cost: ScryptCost): ScryptOptions {
  return { ...cost, maxmem: 128 * cost.N * cost.r + 128 * cost.r * cost.p + 1024 * 1024 };
}

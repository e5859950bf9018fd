import { headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
import type { z } from 'zod';
import { BatonError } from '../server/contract/errors.ts';
import { askEngine } from '../server/contract/page-client.ts';

/**
 * What the engine answers for the page that is being rendered, as this visitor may see it. `path` is below /api/v1.
 * Leads to sign-in, or to the page that says "not found", where the engine says so; rejects with its BatonError else.
 */
export async function readPage<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
  const ticket = (await headers()).get('x-baton-ticket') ?? '';
  const socketPath = process.env['BATON_ENGINE_SOCKET'] ?? '';
  try {
    return await askEngine({ socketPath, ticket, path }, schema);
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
    if (error.code === 'not-found') notFound();
    if (error.code === 'unauthenticated') redirect('/sign-in');
    throw error;
  }
}

/** A part of an address as it can stand in a path again, whether Next has decoded it or not. */
export function pathPart(param: string): string {
  return encodeURIComponent(plainPart(param));
}

/** The same as a reader writes it. */
export function plainPart(param: string): string {
  try {
    return decodeURIComponent(param);
  } catch {
    return param;
  }
}

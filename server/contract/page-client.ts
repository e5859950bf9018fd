import { request } from 'node:http';
import type { z } from 'zod';
import { BatonError, errorBody } from './errors.ts';

/** How long a page waits for the engine, which answers from memory. */
const timeoutMs = 10_000;

export interface PageRequest {
  /** The engine's private unix socket. */
  socketPath: string;
  /** What the listener added to this visitor's page request: one view, GET only, seconds long. */
  ticket: string;
  /** Below /api/v1, with its query: "/clusters/erp5". */
  path: string;
}

/**
 * Asks the engine for a page that is being rendered, and checks the answer against the contract.
 * Rejects with BatonError: the engine's own, or `unavailable` when it does not answer.
 */
export async function askEngine<Schema extends z.ZodType>(
  { socketPath, ticket, path }: PageRequest,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const { status, text } = await get(socketPath, `/api/v1${path}`, ticket);
  if (status === 200) return schema.parse(JSON.parse(text));
  throw refusal(status, text);
}

function refusal(status: number, text: string): BatonError {
  const parsed = errorBody.safeParse(parseJson(text));
  if (!parsed.success) return new BatonError('unavailable', `The engine answered with status ${status}.`);
  const { code, message, next, details } = parsed.data.error;
  return new BatonError(code, message, next, details);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function get(socketPath: string, path: string, ticket: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(new BatonError('unavailable', `The engine does not answer: ${error.message}`));
    const asked = request(
      {
        socketPath,
        path,
        headers: { authorization: `Ticket ${ticket}`, accept: 'application/json' },
        timeout: timeoutMs,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
        answer.on('error', fail);
      },
    );
    asked.on('timeout', () => asked.destroy(new Error(`nothing for ${timeoutMs / 1000} s`)));
    asked.on('error', fail);
    asked.end();
  });
}
